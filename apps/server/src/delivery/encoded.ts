import { hash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { VariantOrigin, Variants } from "../cache/variants.ts";
import { essenceOf } from "../sources/media-type.ts";
import type { Encoding } from "./encodings.ts";
import type { FileChoice } from "./file.ts";
import type { MinifiedChoice } from "./minified.ts";

/** A file, minified or not, compressed for whoever takes it so; kept like a variant. */
export interface EncodedChoice extends Pick<FileChoice, "mediaType" | "negotiated"> {
  readonly kind: "encoded";
  readonly key: string;
  readonly encoding: Encoding;
  /** What is compressed, and what is delivered where it is no smaller so. */
  readonly of: FileChoice | MinifiedChoice;
}

/** Raised by hand whenever the same bytes are compressed otherwise. */
const REVISION = 1;
/** Fewer fit into a packet anyway; more take longer than anybody waits. */
const LEAST_BYTES = 1_000;
const MOST_BYTES = 10_000_000;

/** What is text, or structured like it; everything else is compressed by itself. */
const COMPRESSIBLE =
  /^text\/|\+(?:json|xml|text)$|^application\/(?:json|xml|xhtml\+xml|(?:x-)?javascript|ecmascript|wasm|rtf)$|^font\/(?:ttf|otf|collection|sfnt)$|^application\/(?:x-font-[to]tf|vnd\.ms-fontobject|vnd\.apple\.mpegurl)$|^image\/(?:bmp|x-icon|vnd\.microsoft\.icon)$|^model\/gltf-binary$/;

/** Whether answers of this type depend on `Accept-Encoding`. */
export const isCompressible = (mediaType: string): boolean => COMPRESSIBLE.test(essenceOf(mediaType));

/** The same file as the client takes it. `size` is that of the original. */
export function encodedOf(
  of: FileChoice | MinifiedChoice,
  encoding: Encoding | undefined,
  size: number,
): EncodedChoice | FileChoice | MinifiedChoice {
  const isWorth = size >= LEAST_BYTES && size <= MOST_BYTES && isCompressible(of.mediaType);
  return encoding !== undefined && isWorth ? encode(of, encoding) : of;
}

/** The file compressed where what was to be made of it is not there. */
export const withoutMinifying = (choice: EncodedChoice): EncodedChoice =>
  choice.of.kind === "minified" ? encode(choice.of.file, choice.encoding) : choice;

function encode(of: FileChoice | MinifiedChoice, encoding: Encoding): EncodedChoice {
  const key = hash("sha256", `${encoding} ${REVISION}\n${of.key}`).slice(0, 40);
  const { mediaType, negotiated } = of;
  return { kind: "encoded", key, encoding, of, mediaType, negotiated };
}

const COMPRESSORS: { readonly [Name in Encoding]: (bytes: Uint8Array) => Promise<Uint8Array> } = {
  // Levels above take ten times as long for a tenth less.
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 6 }),
};
/** Bytes that are compressed in a hundredth of a second. */
const PER_COST = 350_000;

/** Kept in place of what is no smaller compressed. No compressed file begins like it. */
const NO_SMALLER = new TextEncoder().encode("no smaller");

/** Made once, however many ask, in the thread pool: of the text, else of the original. Undefined when that has no bytes any more. */
export function encodedBytes(
  variants: Variants,
  { key, encoding }: EncodedChoice,
  how: Omit<Parameters<Variants["make"]>[0], "key" | "needs">,
  size: number,
  text?: Uint8Array,
): Promise<{ readonly bytes: Uint8Array; readonly from: VariantOrigin } | undefined> {
  const needs = () => ({ cost: 1 + size / PER_COST });
  return variants.make({ ...how, key, needs }, async (_, original) => {
    const plain = text ?? original;
    const bytes = await COMPRESSORS[encoding](plain);
    return bytes.length < plain.length ? bytes : NO_SMALLER;
  });
}

export const isNoSmaller = (bytes: Uint8Array): boolean => Buffer.compare(bytes, NO_SMALLER) === 0;
