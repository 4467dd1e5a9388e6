import { OUTPUT_FORMATS } from "@freshet/core";

const NAMED = ["jxl", ...OUTPUT_FORMATS].map((format) => [`image/${format}`, format] as const);

/**
 * Folds an `Accept` header, of which there are hundreds, into the few that lead to different answers: which image formats it
 * names. Part of the key of the memory tier.
 */
export function acceptClass(accept: string | undefined): string {
  if (accept === undefined) return "";
  const text = accept.toLowerCase();
  // A q value can switch a format off; those rare headers are kept whole so that negotiation can read them.
  if (text.includes("q=0")) return text;
  let named = "";
  for (const [type, format] of NAMED) if (text.includes(type)) named += `${format} `;
  return named;
}
