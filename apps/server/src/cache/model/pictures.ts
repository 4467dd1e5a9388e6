import { hash } from "node:crypto";
import { type OutputFormat, parseDeliveryUrl, type Transformation } from "@freshet/core";
import { type ImageFacts, probe, render } from "@freshet/core/resize";
import { variantKey } from "../variants.ts";

/** One of the pictures that originals show: real bytes of two by two pixels, and everything made from them. */
export interface Picture {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly facts: ImageFacts;
}

export interface Pictures {
  readonly all: readonly Picture[];
  /** Finished variants by their content address. */
  readonly variants: ReadonlyMap<string, Uint8Array>;
  /** Which picture these bytes, of an original or of a variant, show. */
  shown(bytes: Uint8Array): Picture | undefined;
  factsOf(bytes: Uint8Array): ImageFacts | undefined;
}

/** What delivery URLs of the test ask for. */
export const WISHES: readonly { readonly query: string; readonly accept: string | undefined }[] = [
  { query: "", accept: undefined },
  { query: "w=1", accept: undefined },
  { query: "", accept: "image/webp" },
  { query: "w=1", accept: "image/webp" },
];

const COLORS = ["f00", "0f0", "00f", "ff0", "0ff", "f0f", "fff", "000"];
const nameOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** Draws the pictures and renders their variants once. */
export async function drawPictures(): Promise<Pictures> {
  const all = await Promise.all(COLORS.map(draw));
  const variants = new Map<string, Uint8Array>();
  const shown = new Map(all.map((picture) => [nameOf(picture.bytes), picture]));
  for (const picture of all) {
    for (const { query, accept } of WISHES) {
      const transformation = parseDeliveryUrl(`/h.example/a.png?${query}`)?.transformation ?? {};
      const format = accept === undefined ? "png" : "webp";
      if (query === "" && format === "png") continue;
      const { key, bytes } = await renderOf(picture, transformation, format);
      variants.set(key, bytes);
      const other = shown.get(nameOf(bytes));
      if (other && other !== picture) throw new Error("two pictures look the same");
      shown.set(nameOf(bytes), picture);
    }
  }
  return {
    all,
    variants,
    shown: (bytes) => shown.get(nameOf(bytes)),
    factsOf: (bytes) => shown.get(nameOf(bytes))?.facts,
  };
}

async function draw(color: string, index: number): Promise<Picture> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"><rect width="2" height="2" fill="#${color}"/></svg>`;
  const { bytes } = await render(new TextEncoder().encode(svg), {}, { format: "png" });
  return { index, bytes, digest: hash("sha256", bytes), facts: await probe(bytes) };
}

async function renderOf(picture: Picture, transformation: Transformation, format: OutputFormat) {
  const { bytes } = await render(picture.bytes, transformation, { format });
  const { digest, facts } = picture;
  return { bytes, key: variantKey({ digest, further: [], facts, transformation, format }) };
}
