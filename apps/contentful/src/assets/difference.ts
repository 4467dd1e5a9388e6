import type { AssetFile, Files } from "./asset-file.ts";

/** How the file of a locale is not what it was; `url` is where it is now, or was. */
export interface Difference {
  readonly kind: "added" | "removed" | "replaced" | "touched";
  readonly locale: string;
  readonly url: string;
}

/** What differs between the files of an asset, by locale; nothing where they are the same. */
export function compare(before: Files, after: Files): readonly Difference[] {
  const locales = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...locales].toSorted().flatMap((locale): readonly Difference[] => {
    const [old, now] = [own(before, locale), own(after, locale)];
    if (now === undefined) return old ? [{ kind: "removed", locale, url: old.url }] : [];
    if (old === undefined) return [{ kind: "added", locale, url: now.url }];
    if (old.url !== now.url) return [{ kind: "replaced", locale, url: now.url }];
    return isSame(old, now) ? [] : [{ kind: "touched", locale, url: now.url }];
  });
}

const own = (files: Files, locale: string) => (Object.hasOwn(files, locale) ? files[locale] : undefined);

const isSame = (one: AssetFile, other: AssetFile) =>
  one.bytes === other.bytes &&
  one.contentType === other.contentType &&
  one.width === other.width &&
  one.height === other.height;

const VERBS = {
  added: "has a file now",
  removed: "has no file any more",
  replaced: "has another file",
  touched: "has other bytes at the same address",
} as const;

/** In a sentence. */
export function wordsOf(differences: readonly Difference[]): string {
  if (differences.length === 0) return "no file";
  const shown = differences.slice(0, 5).map(({ kind, locale }) => `${locale} ${VERBS[kind]}`);
  const more = differences.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
