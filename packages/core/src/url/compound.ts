import type { Remark } from "../transformation.ts";
import type { QueryPair } from "./query.ts";

/** The parameter that holds several filters in one. */
export const COMPOUND = "f";

/**
 * Writes `f=bright:10,contrast:20,gray` out as parameters of their own. What stands between two commas and is no filter's
 * name belongs to the filter before it (`duotone:000,fff`); a filter without a value is switched on. What comes before the
 * first filter is remarked.
 */
export function expandCompound(
  pair: QueryPair,
  isFilter: (name: string) => boolean,
): { readonly pairs: readonly QueryPair[]; readonly remarks: readonly Remark[] } {
  const filters: { readonly name: string; readonly values: string[] }[] = [];
  const strays: string[] = [];
  for (const item of pair.value.split(",")) {
    const [head = "", ...value] = item.split(":");
    const name = head.trim().toLowerCase();
    if (isFilter(name)) filters.push({ name, values: value.length > 0 ? [value.join(":")] : [] });
    else (filters.at(-1)?.values ?? strays).push(item);
  }
  const text = strays.join(",");
  const expected = "filters and their values, for example bright:10,contrast:20,gray";
  return {
    pairs: filters.map(({ name, values }) => ({
      raw: pair.raw,
      name,
      value: values.length > 0 ? values.join(",") : "1",
    })),
    remarks: text.trim() === "" ? [] : [{ parameter: pair.name, text, expected }],
  };
}
