/** First path segments that are never an original; `/v7/<same>` always is one. */
export const RESERVED_SEGMENTS = new Set([
  "invalidate",
  "warmup",
  "projects",
  "connectors",
  "keys",
  "audit",
  "instances",
  "access",
  "stats",
  "console",
  "demo",
  "livez",
  "readyz",
  "metrics",
  "openapi.json",
  "favicon.ico",
  "robots.txt",
]);

/** Whether the raw request target is one of the server's own addresses. */
export function isReserved(target: string): boolean {
  const end = target.search(/[?#]/);
  const path = end === -1 ? target : target.slice(0, end);
  if (path === "/" || path === "") return true;
  const slash = path.indexOf("/", 1);
  return path[0] === "/" && RESERVED_SEGMENTS.has(path.slice(1, slash === -1 ? undefined : slash));
}
