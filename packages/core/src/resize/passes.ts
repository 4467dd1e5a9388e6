import type { Sharp } from "sharp";
import { backedBy } from "./backdrop.ts";
import type { RenderLimits } from "./contract.ts";
import { cutOutOf, type Mask } from "./cutout/apply.ts";
import { decodedOf, openFrame, shrinkOf } from "./decoding.ts";
import {
  asP3,
  asSrgb,
  eachFrame,
  inLight,
  openImage,
  openRaw,
  type Raw,
  shallowGrey,
  toRaw,
} from "./engine.ts";
import { type Frames, frameFor } from "./frames.ts";
import type { Gamut } from "./gamut.ts";
import { sameSize } from "./geometry.ts";
import type { Pass, Picture } from "./picture.ts";
import type { Header } from "./probe.ts";
import { layDown } from "./symmetry.ts";

/** What stands where no pixel of the original does. */
export interface Fill {
  readonly background: { readonly r: number; readonly g: number; readonly b: number; readonly alpha: number };
  /** Lay it behind transparency too. */
  readonly flatten: boolean;
}

export function fillOf({ background }: Pick<Picture, "background">, isOpaque: boolean): Fill {
  if (background) {
    const { red, green, blue } = background;
    return { background: { r: red, g: green, b: blue, alpha: 1 }, flatten: true };
  }
  return { background: { r: 255, g: 255, b: 255, alpha: isOpaque ? 1 : 0 }, flatten: isOpaque };
}

/** What a picture is painted from, and with which bounds. */
export interface Painting {
  readonly bytes: Uint8Array;
  readonly header: Header;
  readonly limits: RenderLimits;
  /** Further images, by the name that effects call them. */
  readonly images: ReadonlyMap<string, Uint8Array>;
  /** Along which the subject is cut out; absent, nothing is. */
  readonly mask?: Mask | undefined;
  /** What pixels are made in; `p3` only for an original that `isWide`. */
  readonly gamut: Gamut;
  /** Decoded pixels of the same original, where there are any. */
  readonly frames?: Frames | undefined;
  /** Copies and pixels that nobody needs once it is painted. */
  readonly scraps?: Uint8Array[];
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
}

/** The finished pixels of an image, for as long as the painting lasts. They lie outside of the heap, whose collector knows nothing of their size. */
export async function toScrap(
  image: Sharp,
  { scraps, deadline }: Pick<Painting, "scraps" | "deadline">,
): Promise<Raw> {
  const raw = await toRaw(image, deadline);
  scraps?.push(raw.data);
  return raw;
}

/** A picture after all its passes. `isFresh` when it comes out of the decoder, with whatever of the original clings to it. */
export interface Painted {
  readonly image: Sharp;
  readonly isFresh: boolean;
}

/** Runs a picture through sharp, pass by pass: the original is decoded once, whatever was asked. */
export async function runPasses(
  painting: Painting,
  picture: Pick<Picture, "passes" | "documentPage" | "pages" | "needsColor">,
  fill: Fill,
): Promise<Painted> {
  const { deadline } = painting;
  const [begin, ...later] = picture.passes;
  const cut = picture.passes.findIndex((pass) => pass.cutsOut);
  // Nothing is laid behind what is still to become transparent.
  const fillAt = (place: number) => (place <= cut ? { ...fill, flatten: false } : fill);
  const { source, pass: first } = await openSource(painting, begin, picture);
  let image = step(source, first, { ...fillAt(0), flatten: fillAt(0).flatten && !picture.needsColor });
  if (first.backdrop) image = openRaw(await backed(await toScrap(image, painting), first, fill, deadline));
  if (cut === 0) image = openRaw(await cutting(painting, picture.passes.slice(0, 1), image));
  for (const [place, pass] of later.entries()) {
    image = await followUp(await toScrap(image, painting), pass, fillAt(place + 1), deadline);
    if (cut === place + 1) image = openRaw(await cutting(painting, picture.passes.slice(0, cut + 1), image));
  }
  return { image, isFresh: later.length === 0 && first.backdrop === undefined };
}

/** What the first pass begins with, and what is left of it to be done. */
async function openSource(
  painting: Painting,
  pass: Pass,
  { passes, documentPage, pages }: Pick<Picture, "passes" | "documentPage" | "pages">,
): Promise<{ readonly source: Sharp; readonly pass: Pass }> {
  if (painting.header.format === "pdf") {
    const { openPage } = await import("./develop/page.ts");
    return openPage(painting.bytes, documentPage, pass);
  }
  const isFine = passes.some(({ inLight }) => inLight);
  const frame = await frameFor(painting, pass, isFine);
  if (frame) return { source: openFrame(frame), pass };
  const bytes = decodedOf(painting, shrinkOf(pass.extract, pass.scaled), isFine);
  return { source: await openOriginal({ ...painting, bytes }, pages > 1), pass };
}

async function cutting(painting: Painting, passes: readonly Pass[], image: Sharp): Promise<Raw> {
  const raw = await toScrap(image, painting);
  const { mask, header, deadline } = painting;
  const { uprighting } = header;
  return mask && raw.pages === 1 ? cutOutOf(raw, mask, { passes, uprighting, deadline }) : raw;
}

async function openOriginal(
  { bytes, header, limits, gamut, deadline }: Painting,
  animated: boolean,
): Promise<Sharp> {
  const options = { maxPixels: limits.maxPixels[header.format], animated };
  const isDeepGrey = header.isDeep && header.isGrey;
  const source = openImage(isDeepGrey ? await shallowGrey(bytes, options, deadline) : bytes, options);
  if (gamut === "p3") return asP3(source);
  return header.isDeep && !isDeepGrey ? asSrgb(source) : source;
}

/** Tells sharp one pass. The calls stand in sharp's own order: of two cuts it takes the one before `resize` as the first. */
function step(image: Sharp, pass: Pass, { background, flatten }: Fill): Sharp {
  const { extract, scaled, symmetry, window, canvas } = pass;
  if (pass.inLight) inLight(image);
  if (flatten) image.flatten({ background });
  if (!sameSize(extract, pass.incoming)) image.extract(extract);
  if (!sameSize(extract, scaled)) image.resize({ width: scaled.width, height: scaled.height, fit: "fill" });
  if (symmetry.flop) image.flop();
  if (symmetry.turns !== 0) image.rotate(symmetry.turns * 90);
  if (!sameSize(window, layDown(symmetry, scaled))) image.extract(window);
  if (pass.tilt !== 0) image.rotate(pass.tilt, { background });
  if (!pass.backdrop && !sameSize(canvas, window)) {
    const right = canvas.width - canvas.left - window.width;
    const bottom = canvas.height - canvas.top - window.height;
    image.extend({ left: canvas.left, top: canvas.top, right, bottom, background });
  }
  return image;
}

async function followUp(raw: Raw, pass: Pass, fill: Fill, deadline: number): Promise<Sharp> {
  if (raw.pages === 1 && !pass.backdrop) return step(openRaw(raw), pass, fill);
  // A strip of frames cannot be turned as one: each frame is painted for itself.
  const frames = await eachFrame(raw, (frame) => toRaw(step(openRaw(frame), pass, fill), deadline));
  return openRaw(pass.backdrop ? await backed(frames, pass, fill, deadline) : frames);
}

function backed(raw: Raw, { backdrop, canvas }: Pass, fill: Fill, deadline: number): Promise<Raw> {
  if (!backdrop) return Promise.resolve(raw);
  return eachFrame(raw, (frame) => backedBy(backdrop, frame, canvas, fill, deadline));
}
