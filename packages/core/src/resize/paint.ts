import type { Sharp } from "sharp";
import type { OutputFormat } from "../format.ts";
import type { Rendered } from "./contract.ts";
import { applyEffects } from "./effects/index.ts";
import { ENCODERS, type Timing } from "./encoders.ts";
import { limited, openRaw, toRaw } from "./engine.ts";
import { fillOf, type Painted, type Painting, runPasses } from "./passes.ts";
import type { Picture } from "./picture.ts";
import type { Header } from "./probe.ts";

/** Pixels that are held to be encoded twice; a larger picture comes in the first format alone. */
const MOST_TWICE = 16_000_000;

/** Makes the pixels of a planned picture and encodes them; of two formats the smaller bytes are given. */
export async function paint(
  painting: Painting,
  picture: Picture,
  format: OutputFormat,
  rival?: OutputFormat,
): Promise<Rendered> {
  const { header, deadline } = painting;
  const { image, isFresh } = await paintAll(painting, picture, format);
  // libvips writes the original's orientation into an AVIF even when told to drop metadata; raw pixels have none.
  const isMarked = format === "avif" && header.orientation !== 1 && isFresh;
  const timing = !isFresh && picture.pages > 1 ? timingOf(header) : {};
  const write = (pixels: Sharp, as: OutputFormat) =>
    encodeAs(ENCODERS[as](pixels, picture.quality, timing), as, deadline);
  const isSmall = picture.size.width * picture.size.height <= MOST_TWICE;
  if (rival !== undefined && picture.pages === 1 && isSmall) {
    const raw = await toRaw(image, deadline);
    const first = await write(openRaw(raw), format);
    if (raw.channels === 2 || raw.channels === 4) return first;
    const second = await write(openRaw(raw), rival);
    return second.bytes.length < first.bytes.length ? second : first;
  }
  return write(isMarked ? openRaw(await toRaw(image, deadline)) : image, format);
}

async function encodeAs(encoded: Sharp, format: OutputFormat, deadline: number): Promise<Rendered> {
  const { data, info } = await limited(encoded, deadline).toBuffer({ resolveWithObject: true });
  return {
    bytes: data,
    format,
    width: info.width,
    height: info.pageHeight ?? info.height,
    pages: info.pages ?? 1,
  };
}

async function paintAll(painting: Painting, picture: Picture, format: OutputFormat): Promise<Painted> {
  const isOpaque = format === "jpeg";
  if (picture.effects.length === 0) return runPasses(painting, picture, fillOf(picture, isOpaque));
  // Effects see the transparency that was there, so that a format without it shows the same picture on white.
  const { image } = await runPasses(painting, picture, fillOf(picture, false));
  const { deadline } = painting;
  const pixels = openRaw(await applyEffects(await toRaw(image, deadline), picture.effects, painting));
  const { flatten, background } = fillOf(picture, isOpaque);
  return { image: flatten ? pixels.flatten({ background }) : pixels, isFresh: false };
}

function timingOf({ delay, loop }: Header): Timing {
  return { ...(delay ? { delay: [...delay] } : {}), ...(loop === undefined ? {} : { loop }) };
}
