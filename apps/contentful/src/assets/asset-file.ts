import { dig, isRecord, text } from "../json.ts";
import { readAssetUrl } from "./asset-url.ts";

/** One published file of an asset, in one locale. */
export interface AssetFile {
  /** The original, as delivery URLs name it. */
  readonly url: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Pixels; absent for what is no picture. */
  readonly width?: number;
  readonly height?: number;
  readonly fileName: string;
}

/** Files by locale. */
export type Files = Readonly<Record<string, AssetFile>>;

/** The files of an asset as far as they may be delivered, and what of them was left out and why. */
export interface ReadFiles {
  readonly files: Files;
  readonly remarks: readonly string[];
}

const LOCALE = /^[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}$/;
const MOST_LOCALES = 500;
const LONGEST_URL = 2_000;

/**
 * Reads `fields.file` of an asset. A file without an address is being processed and not published yet; one that is not of this
 * space and asset is left out, because an event may speak for its own files only.
 */
export function readFiles(
  fields: unknown,
  owner: { readonly space: string; readonly asset: string; readonly origins: readonly string[] },
): ReadFiles {
  const listed = dig(fields, "file");
  const files: Record<string, AssetFile> = {};
  const remarks: string[] = [];
  if (!isRecord(listed)) return { files, remarks };
  for (const [locale, file] of Object.entries(listed).slice(0, MOST_LOCALES)) {
    const url = text(file, "url");
    if (!LOCALE.test(locale) || url === undefined || url.length > LONGEST_URL) continue;
    const read = readAssetUrl(url, owner.origins);
    if (typeof read === "string") {
      remarks.push(`The file of ${locale} was left out: ${FAULTS[read]}.`);
    } else if (read.space !== owner.space || read.asset !== owner.asset) {
      remarks.push(`The file of ${locale} was left out: it belongs to another space or asset.`);
    } else {
      const width = count(dig(file, "details", "image", "width"));
      const height = count(dig(file, "details", "image", "height"));
      files[locale] = {
        url: read.original,
        contentType: (text(file, "contentType") ?? "").slice(0, 100),
        bytes: count(dig(file, "details", "size")) ?? 0,
        ...(width !== undefined && height !== undefined && { width, height }),
        fileName: (text(file, "fileName") ?? read.fileName).slice(0, 300),
      };
    }
  }
  return { files, remarks };
}

const FAULTS = {
  host: "its host is none of Contentful's",
  path: "its address is no asset's",
  embargoed: "files of spaces under embargo cannot be delivered",
} as const;

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
