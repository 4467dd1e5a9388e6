import type { Probe } from "@freshet/core";

/**
 * What the outermost cache says of itself in `Cache-Status` (RFC 9211): its member comes last.
 *
 * @example cacheOf("freshet; fwd=miss, varnish; hit; ttl=31535999") // "hit"
 */
export function cacheOf(cacheStatus: string | undefined): Probe["cache"] {
  const parameters = cacheStatus?.split(",").at(-1)?.split(";").slice(1) ?? [];
  for (const parameter of parameters) {
    const [name, value] = parameter.trim().split("=");
    if (name === "hit") return "hit";
    if (name === "fwd") return value === "bypass" || value === "method" ? "pass" : "miss";
  }
  return "unknown";
}
