import { assetIdsIn } from "../../../src/delivery/rewrite.ts";

/** As much of a field of an entry as is looked at. */
export interface EntryField {
  readonly id: string;
  readonly locales: readonly string[];
  getValue(locale?: string): unknown;
}

/** An asset that an entry shows, and where. */
export interface LinkedAsset {
  readonly asset: string;
  /** Names of fields. */
  readonly fields: readonly string[];
  readonly locales: readonly string[];
}

/** Assets that an entry links to, in media fields, lists, rich text and JSON, each once in the order of the fields. */
export function linkedAssets(
  fields: readonly EntryField[],
  nameOf: (field: string) => string,
): readonly LinkedAsset[] {
  const found = new Map<string, { readonly fields: Set<string>; readonly locales: Set<string> }>();
  for (const field of fields) {
    for (const locale of field.locales) {
      for (const id of assetIdsIn(field.getValue(locale))) {
        const places = found.get(id) ?? { fields: new Set(), locales: new Set() };
        places.fields.add(nameOf(field.id));
        places.locales.add(locale);
        found.set(id, places);
      }
    }
  }
  return [...found].map(([asset, places]) => ({
    asset,
    fields: [...places.fields],
    locales: [...places.locales],
  }));
}
