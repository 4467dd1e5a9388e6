import { type LiquidFilter, NodeTypes } from "@shopify/liquid-html-parser";
import { CALM_FILTERS } from "./filters.ts";
import type { Refusal } from "./refusal.ts";

/** Why filters behind an address, or behind an img element, may not see another one; undefined if they may. */
export function refusedTail(tail: readonly LiquidFilter[], isTag: boolean): Refusal | undefined {
  for (const [place, filter] of tail.entries()) {
    const { name } = filter;
    if (!CALM_FILTERS.has(name)) return { code: "FILTER_UNKNOWN", detail: name };
    if (isTag || (name !== "append" && name !== "prepend")) continue;
    const [text] = filter.args;
    const isScheme = text?.type === NodeTypes.String && /^https?:$/.test(text.value);
    if (name === "prepend" && place === 0 && isScheme) continue;
    const joins = name === "append" ? /^[?&/]/ : /[:/]$/;
    if (text?.type !== NodeTypes.String || joins.test(text.value))
      return { code: "TEXT_ADDED", detail: name };
  }
  return undefined;
}
