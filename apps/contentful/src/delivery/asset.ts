/** What is read of an asset, whichever API gave it. */
export interface AssetFacts {
  readonly id: string | undefined;
  readonly space: string | undefined;
  /** As the API gave it, usually without a scheme. */
  readonly url: string;
  readonly contentType: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly title: string | undefined;
  readonly description: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an asset of contentful.js (one locale, or all of them with `locale` naming one), of the GraphQL API, or a bare address.
 * Undefined for what has no file, as a draft or an unresolved link. Never throws.
 */
export function readAsset(source: unknown, locale?: string): AssetFacts | undefined {
  if (typeof source === "string") return source === "" ? undefined : { ...NOTHING, url: source };
  if (!isJson(source)) return undefined;
  const id = textOf(isJson(source.sys) ? source.sys.id : undefined);
  const space = textOf(dig(source, "sys", "space", "sys", "id"));
  const fields = isJson(source.fields) ? source.fields : undefined;
  if (fields === undefined) {
    const url = textOf(source.url);
    if (url === undefined || url === "") return undefined;
    return {
      ...{ id, space, url },
      contentType: textOf(source.contentType),
      width: numberOf(source.width),
      height: numberOf(source.height),
      title: textOf(source.title),
      description: textOf(source.description),
    };
  }
  const pick = (value: unknown) =>
    isJson(value) && locale !== undefined && locale in value ? value[locale] : value;
  const file = pick(fields.file);
  const url = textOf(dig(file, "url"));
  if (url === undefined || url === "") return undefined;
  return {
    ...{ id, space, url },
    contentType: textOf(dig(file, "contentType")),
    width: numberOf(dig(file, "details", "image", "width")),
    height: numberOf(dig(file, "details", "image", "height")),
    title: textOf(pick(fields.title)),
    description: textOf(pick(fields.description)),
  };
}

const NOTHING = {
  ...{ id: undefined, space: undefined, contentType: undefined, width: undefined, height: undefined },
  ...{ title: undefined, description: undefined },
};

export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function dig(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (isJson(inner) ? inner[key] : undefined), value);
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
const numberOf = (value: unknown) => (typeof value === "number" && value > 0 ? value : undefined);
