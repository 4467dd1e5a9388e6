import type { Explanation } from "./explain.ts";

/** An explanation as the API shows it: what there is none of is absent. */
export function viewExplanation(explanation: Explanation & { readonly hosts?: readonly string[] }): unknown {
  return withoutNulls(explanation);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutNulls(each)]));
}

/** The request target of a delivery URL, which may be written whole, or as the path and query alone. */
export function targetOf(url: string): string {
  const target = url.replace(/^https?:\/\/[^/?#]*(?=[/?#]|$)/i, "");
  return target.startsWith("/") ? target : `/${target}`;
}
