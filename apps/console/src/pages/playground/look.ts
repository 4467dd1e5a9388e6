import {
  buildDeliveryUrl,
  isVideoPath,
  listParameters,
  type ParsedDeliveryUrl,
  parseDeliveryUrl,
  readV6,
} from "@freshet/core";
import { isOfVideos, knobOf, NAMES, readable } from "./knobs.ts";

/** What is looked at: an original, and what is asked of it. */
export interface Look {
  /** As it stands in delivery URLs, with its own query where it has one. "" while nothing is chosen. */
  readonly original: string;
  /** Values by canonical name, each in its one spelling. A value that asks for nothing stays until it is taken away. */
  readonly values: Readonly<Record<string, string>>;
  readonly preset: string | undefined;
  /** `ci_cache`, in seconds. */
  readonly cacheSeconds: string | undefined;
  /** `vh`. */
  readonly version: string | undefined;
}

export const NOTHING: Look = {
  original: "",
  values: {},
  preset: undefined,
  cacheSeconds: undefined,
  version: undefined,
};

/** How a project writes its URLs. */
export interface Spelling {
  /** Whether paths begin with /v7/. */
  readonly v7: boolean;
  /** Rules or defaults may say something too, so that a value which asks for nothing still overrides theirs. */
  readonly keepsNeutral: boolean;
}

export const USUAL: Spelling = { v7: true, keepsNeutral: false };

const PROOFS = ["fr_sig", "fr_exp", "ci_sign", "ci_seal"];

/** What was found in a delivery URL: the look, and what of the URL is not in it. */
export interface Found {
  readonly look: Look;
  /** Sentences. */
  readonly notes: readonly string[];
  /** The target itself where it is signed: another one would need another signature. */
  readonly proven?: string;
}

/** Reads the target of a delivery URL, of the older form too; undefined where it names no original. */
export function readLook(target: string, { v6 = false }: { readonly v6?: boolean } = {}): Found | undefined {
  const parsed = parseDeliveryUrl((v6 ? readV6(target)?.target : undefined) ?? target);
  if (!parsed) return undefined;
  const { original, originQuery, transformation, version, remarks } = parsed;
  const seconds = controlIn(parsed, "ci_cache");
  const look = {
    original: originQuery === "" ? original : `${original}?${originQuery}`,
    values: Object.fromEntries(listParameters(transformation).map(({ name, value }) => [name, value])),
    preset: controlIn(parsed, "p") || undefined,
    cacheSeconds: seconds !== undefined && /^\d{1,9}$/.test(seconds) ? String(Number(seconds)) : undefined,
    version,
  };
  const isSigned = parsed.open.some(({ name }) => PROOFS.includes(name));
  return {
    look,
    notes: [
      ...(isSigned ? ["The signature holds for the URL as it is: the first change leaves it out."] : []),
      ...(parsed.sealed.length > 0 ? ["What was sealed is shown open."] : []),
      ...remarks.map(
        ({ parameter, text, expected }) => `${parameter}=${text} was not followed: write ${expected}.`,
      ),
    ],
    ...(isSigned && { proven: target }),
  };
}

/** The one target of a look: names and values in their one spelling and order, nothing that asks for nothing. */
export function writeLook({ original, ...look }: Look, { v7, keepsNeutral }: Spelling = USUAL): string {
  const isVideo = isVideoPath(original.replace(/[?#].*$/s, ""));
  const values = Object.entries(look.values).filter(([name]) => isVideo || !isOfVideos(name));
  const items = [
    ...itemsOf(Object.fromEntries(values), keepsNeutral),
    ...(look.preset === undefined ? [] : [`p=${escapeValue(look.preset)}`]),
    ...(look.cacheSeconds === undefined ? [] : [`ci_cache=${look.cacheSeconds}`]),
    ...(look.version === undefined ? [] : [`vh=${escapeValue(look.version)}`]),
  ];
  const base = buildDeliveryUrl("", original, {}, { v7 });
  return items.length === 0 ? base : `${base}${base.includes("?") ? "&" : "?"}${items.join("&")}`;
}

/** The query of some values, in the order of the table. */
export function itemsOf(values: Readonly<Record<string, string>>, keepsNeutral: boolean): readonly string[] {
  return NAMES.flatMap((name) => {
    const text = Object.hasOwn(values, name) ? values[name] : undefined;
    if (text === undefined || (!keepsNeutral && text === knobOf(name)?.parameter.neutral)) return [];
    return [`${name}=${escapeValue(text)}`];
  });
}

/** The look with another value; a text that cannot be read takes the value away. */
export function withValue(look: Look, name: string, text: string | undefined): Look {
  const { [name]: _before, ...others } = look.values;
  const value = text === undefined ? undefined : readable(name, text);
  return { ...look, values: value === undefined ? others : { ...others, [name]: value } };
}

/** Of several the last counts, and a sealed one before others. */
function controlIn({ open, sealed }: ParsedDeliveryUrl, wanted: string): string | undefined {
  return [...open, ...sealed].findLast(({ name }) => name === wanted)?.value;
}

/** As every other writer of such URLs escapes a value. */
function escapeValue(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(2C|3A)/g, (triplet) => (triplet === "%2C" ? "," : ":"));
}
