import type { OutputFormat } from "../format.ts";
import type { Rendered } from "./contract.ts";
import { applyEffects } from "./effects/index.ts";
import type { Writing } from "./encoders.ts";
import { framesOf, openRaw, type Raw } from "./engine.ts";
import { fillOf, type Painted, type Painting, runPasses, toScrap } from "./passes.ts";
import type { Picture } from "./picture.ts";
import type { Header } from "./probe.ts";
import { chosenQuality, writerOf } from "./quality/target.ts";
import { textureOf } from "./quality/texture.ts";
import { writePicture } from "./write.ts";
import { isLetGo, MOST_FINISHED } from "./written.ts";

/** Makes the pixels of a planned picture and encodes them; of two formats the smaller bytes are given. */
export async function paint(
  painting: Painting,
  picture: Picture,
  format: OutputFormat,
  rival?: OutputFormat,
): Promise<Rendered> {
  const { header, gamut, deadline } = painting;
  const isStill = picture.pages === 1;
  const isSmall = picture.size.width * picture.size.height <= MOST_FINISHED;
  const { image, isFresh } = await paintAll(
    isSmall ? painting : { ...painting, frames: undefined },
    picture,
    format,
  );
  const isChosen = isSmall && writerOf(format, false) !== undefined && choosesQuality(picture);
  // libvips writes the orientation of an original into an AVIF, and its density into JPEG and PNG, even when told to drop metadata;
  // raw pixels have none, whether they come from a frame or from the original.
  const isMarked = isFresh && isStill && isSmall && isMarkedIn(format, header);
  const isRivalled = rival !== undefined && isStill && isSmall;
  // What is not written by sharp is written from pixels; and where decoding holds much, it is over before writing begins.
  const isOver = isStill && isSmall && isLetGo(header);
  const needsPixels = isChosen || isMarked || isRivalled || isOver || format === "jxl";
  const raw = needsPixels ? await toScrap(image, painting) : undefined;
  const timing = !isStill && (raw || !isFresh) ? timingOf(header) : {};
  const quality = qualityIn(picture, isChosen ? raw : undefined);
  const write = (as: OutputFormat) => {
    const writing = { ...timing, small: picture.press !== undefined };
    const finish = { quality: quality(as), gamut, writing, deadline };
    return writePicture(raw ? openRaw(raw) : image, as, finish);
  };
  const first = await write(format);
  const isOpaque = raw !== undefined && raw.channels % 2 === 1;
  if (!isRivalled || !isOpaque) return first;
  const second = await write(rival);
  return second.bytes.length < first.bytes.length ? second : first;
}

/** The finished pixels of a still picture, for as long as the painting lasts, and the quality that `paint` gives them. */
export async function paintRaw(painting: Painting, picture: Picture, format: OutputFormat) {
  const { image } = await paintAll(painting, picture, format);
  const raw = await toScrap(image, painting);
  return { raw, quality: qualityIn(picture, raw)(format) };
}

const isMarkedIn = (format: OutputFormat, { orientation, hasDensity }: Header) =>
  format === "avif" ? orientation !== 1 : hasDensity && (format === "jpeg" || format === "png");

/** An animation is written as it always was, unless it is pressed: its frames are not held together just to be looked at. */
const choosesQuality = ({ quality, pages, press }: Picture) =>
  quality === undefined && (pages === 1 || press !== undefined);

/** The quality for each format, by the first frame where its pixels are held, else as for a typical picture. */
function qualityIn(picture: Picture, raw: Raw | undefined) {
  const { quality, press } = picture;
  const [first] = raw ? framesOf(raw) : [];
  const texture = first && textureOf(first);
  return (format: OutputFormat): number | undefined => {
    const writer = writerOf(format, press !== undefined);
    return writer && choosesQuality(picture) ? chosenQuality(writer, texture, press) : quality;
  };
}

async function paintAll(painting: Painting, picture: Picture, format: OutputFormat): Promise<Painted> {
  const isOpaque = format === "jpeg";
  if (picture.effects.length === 0) return runPasses(painting, picture, fillOf(picture, isOpaque));
  // Effects see the transparency that was there, so that a format without it shows the same picture on white.
  const { image } = await runPasses(painting, picture, fillOf(picture, false));
  const pixels = openRaw(await applyEffects(await toScrap(image, painting), picture.effects, painting));
  const { flatten, background } = fillOf(picture, isOpaque);
  return { image: flatten ? pixels.flatten({ background }) : pixels, isFresh: false };
}

function timingOf({ delay, loop }: Header): Writing {
  return { ...(delay ? { delay: [...delay] } : {}), ...(loop === undefined ? {} : { loop }) };
}
