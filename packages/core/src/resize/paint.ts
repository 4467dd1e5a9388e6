import type { Sharp } from "sharp";
import type { OutputFormat } from "../format.ts";
import type { Rendered, RenderLimits } from "./contract.ts";
import { ENCODERS, type Timing } from "./encoders.ts";
import { asRenderError, openImage, openRaw, type Raw } from "./engine.ts";
import { sameSize } from "./geometry.ts";
import type { Pass, Picture } from "./picture.ts";
import type { Header } from "./probe.ts";
import { layDown } from "./symmetry.ts";

/** Makes the pixels of a planned picture: the original is decoded once, whatever was asked. */
export async function paint(
  bytes: Uint8Array,
  header: Header,
  picture: Picture,
  options: { readonly format: OutputFormat; readonly limits: RenderLimits },
): Promise<Rendered> {
  const { format, limits } = options;
  const deadline = performance.now() + limits.timeoutMs;
  const fill = fillOf(picture, format);
  const [first, ...later] = picture.passes;
  const maxPixels = limits.maxPixels[header.format];
  try {
    let image = step(openImage(bytes, { maxPixels, animated: picture.pages > 1 }), first, {
      ...fill,
      flatten: fill.flatten && !picture.needsColor,
    });
    for (const pass of later) image = await followUp(await toRaw(image, deadline), pass, fill, deadline);
    // libvips writes the original's orientation into an AVIF even when told to drop metadata; raw pixels have none.
    const isMarked = format === "avif" && header.orientation !== 1 && later.length === 0;
    if (isMarked) image = openRaw(await toRaw(image, deadline));
    const timing = later.length > 0 && picture.pages > 1 ? timingOf(header) : {};
    const encoded = ENCODERS[format](image, picture.quality, timing);
    const { data, info } = await limited(encoded, deadline).toBuffer({ resolveWithObject: true });
    return {
      bytes: data,
      format,
      width: info.width,
      height: info.pageHeight ?? info.height,
      pages: info.pages ?? 1,
    };
  } catch (error) {
    throw asRenderError(error);
  }
}

interface Fill {
  readonly background: { readonly r: number; readonly g: number; readonly b: number; readonly alpha: number };
  readonly flatten: boolean;
}

function fillOf({ background }: Picture, format: OutputFormat): Fill {
  if (background) {
    const { red, green, blue } = background;
    return { background: { r: red, g: green, b: blue, alpha: 1 }, flatten: true };
  }
  const isOpaque = format === "jpeg";
  return { background: { r: 255, g: 255, b: 255, alpha: isOpaque ? 1 : 0 }, flatten: isOpaque };
}

/** Tells sharp one pass. The calls stand in sharp's own order: of two cuts it takes the one before `resize` as the first. */
function step(image: Sharp, pass: Pass, { background, flatten }: Fill): Sharp {
  const { extract, scaled, symmetry, window, canvas } = pass;
  if (flatten) image.flatten({ background });
  if (!sameSize(extract, pass.incoming)) image.extract(extract);
  if (!sameSize(extract, scaled)) image.resize({ width: scaled.width, height: scaled.height, fit: "fill" });
  if (symmetry.flop) image.flop();
  if (symmetry.turns !== 0) image.rotate(symmetry.turns * 90);
  if (!sameSize(window, layDown(symmetry, scaled))) image.extract(window);
  if (pass.tilt !== 0) image.rotate(pass.tilt, { background });
  if (!sameSize(canvas, window)) {
    const right = canvas.width - canvas.left - window.width;
    const bottom = canvas.height - canvas.top - window.height;
    image.extend({ left: canvas.left, top: canvas.top, right, bottom, background });
  }
  return image;
}

async function followUp(raw: Raw, pass: Pass, fill: Fill, deadline: number): Promise<Sharp> {
  if (raw.pages === 1) return step(openRaw(raw), pass, fill);
  // A strip of frames cannot be turned as one: each frame is painted for itself.
  const frameBytes = raw.data.length / raw.pages;
  const frames: Raw[] = [];
  for (let at = 0; at < raw.data.length; at += frameBytes) {
    const frame = { ...raw, data: raw.data.subarray(at, at + frameBytes), pages: 1 };
    frames.push(await toRaw(step(openRaw(frame), pass, fill), deadline));
  }
  const [one = raw] = frames;
  return openRaw({ ...one, data: Buffer.concat(frames.map(({ data }) => data)), pages: frames.length });
}

async function toRaw(image: Sharp, deadline: number): Promise<Raw> {
  const { data, info } = await limited(image.raw(), deadline).toBuffer({ resolveWithObject: true });
  return {
    data,
    width: info.width,
    height: info.pageHeight ?? info.height,
    channels: info.channels,
    pages: info.pages ?? 1,
  };
}

/** sharp counts whole seconds. */
function limited(image: Sharp, deadline: number): Sharp {
  const left = deadline - performance.now();
  if (left <= 0) throw new Error("timeout");
  return image.timeout({ seconds: Math.ceil(left / 1000) });
}

function timingOf({ delay, loop }: Header): Timing {
  return { ...(delay ? { delay: [...delay] } : {}), ...(loop === undefined ? {} : { loop }) };
}
