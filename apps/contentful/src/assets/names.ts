import type { AssetFile, Files } from "./asset-file.ts";
import { tokenVersion } from "./version.ts";

/** The locales of an environment: each with the one that stands in for it, and the default. */
export interface Locales {
  readonly default: string | undefined;
  readonly fallbacks: Readonly<Record<string, string | null>>;
}

export const NO_LOCALES: Locales = { default: undefined, fallbacks: {} };

/** More steps than this are a circle. */
const MOST_STEPS = 20;

/**
 * The file that a stable id stands for: that of the locale, else of the locales that stand in for it; without a locale, that of the
 * default one.
 */
export function fileOf(files: Files, locale: string | undefined, locales: Locales): AssetFile | undefined {
  let code: string | null | undefined = locale ?? locales.default ?? firstOf(files);
  for (let step = 0; code != null && step < MOST_STEPS; step += 1) {
    const file = Object.hasOwn(files, code) ? files[code] : undefined;
    if (file !== undefined) return file;
    code = Object.hasOwn(locales.fallbacks, code) ? locales.fallbacks[code] : undefined;
  }
  return undefined;
}

/** Where nobody said which locale is the default one: American English, as in every new space, else the first by name. */
function firstOf(files: Files): string | undefined {
  return Object.hasOwn(files, "en-US") ? "en-US" : Object.keys(files).toSorted()[0];
}

/** The stable ids of an asset, as they stand in delivery URLs: one without a locale, one for each locale there is or was. */
export function stableNames(
  space: string,
  asset: string,
  locales: Locales,
  ...files: readonly Files[]
): ReadonlyMap<string, string | undefined> {
  const codes = new Set([...Object.keys(locales.fallbacks), ...files.flatMap(Object.keys)]);
  return new Map<string, string | undefined>([
    [stableName(space, asset), undefined],
    ...[...codes].toSorted().map((code) => [stableName(space, asset, code), code] as const),
  ]);
}

/** @example stableName("cfexampleapi", "nyancat", "de") // "ctf:cfexampleapi/nyancat/de" */
export function stableName(space: string, asset: string, locale?: string): string {
  return `ctf:${space}/${asset}${locale === undefined ? "" : `/${locale}`}`;
}

/** The version (`vh`) of a file, of which an editor asked for a new one so often. */
export function versionOf(file: AssetFile, bumps: number): string {
  return tokenVersion(/^[^/]*\/\/[^/]+\/[^/]+\/[^/]+\/([^/]+)\//.exec(file.url)?.[1] ?? "", bumps);
}
