import { type LiquidFilter, NodeTypes } from "@shopify/liquid-html-parser";
import { CALM_FILTERS } from "./filters.ts";
import type { Refusal } from "./refusal.ts";

/** A text that ends with the scheme of an address. */
const SCHEME = /\bhttps?:$/i;

/** How text around an address may end and begin without being a part of it. */
const APART_BEFORE = /(?:^|[\s"'`(=>,;|[]|%\}|&quot;)$/;
const PART_AFTER = /^(?:\?|&(?:amp;)?(?:v|width|height|crop|format|quality|pad_color)=)/;

/**
 * What the text around a printed address makes of it: its scheme, which stands right before it, or a reason to leave it; neither where it
 * stands for itself.
 */
export function readSurroundings(before: string, after: string): { readonly scheme?: string } | Refusal {
  if (PART_AFTER.test(after)) return { code: "TEXT_ADDED", detail: "behind" };
  const scheme = SCHEME.exec(before)?.[0];
  if (scheme) return { scheme };
  return APART_BEFORE.test(before) ? {} : { code: "TEXT_ADDED", detail: "before" };
}

/** Why filters behind an address, or behind an img element, may not see another one; undefined if they may. A scheme may come first. */
export function refusedTail(
  tail: readonly LiquidFilter[],
  isTag: boolean,
  mayAddScheme = true,
): Refusal | undefined {
  for (const [place, filter] of tail.entries()) {
    const { name } = filter;
    if (!CALM_FILTERS.has(name)) return { code: "FILTER_UNKNOWN", detail: name };
    if (isTag || (name !== "append" && name !== "prepend")) continue;
    const [text] = filter.args;
    const isScheme = text?.type === NodeTypes.String && /^https?:$/.test(text.value);
    if (name === "prepend" && place === 0 && isScheme && mayAddScheme) continue;
    const joins = name === "append" ? /^[?&/]/ : /[:/]$/;
    if (text?.type !== NodeTypes.String || joins.test(text.value))
      return { code: "TEXT_ADDED", detail: name };
  }
  return undefined;
}
