import type { OutputFormat } from "../../format.ts";
import { ENCODERS } from "../encoders.ts";
import { limited, openImage, openRaw, type Raw, toRaw } from "../engine.ts";
import type { Size } from "../geometry.ts";
import { hardness, qualityFor, shownHardness, type Writer } from "./curves.ts";
import { SMALLEST } from "./hold.ts";
import { likenessTo } from "./likeness.ts";
import { textureOf } from "./texture.ts";

/** Sides of the squares with as many pixels as the pictures that a search is done in. */
const SIDES = [160, 320, 640] as const;
/** Points by which a first guess may be off before a second is made. */
const CLOSE = 4;

const FORMATS = { jpeg: "jpeg", mozjpeg: "jpeg", webp: "webp", avif: "avif" } as const satisfies Record<
  Writer,
  OutputFormat
>;

/** The size class of a picture: nearest of three by its side, which is the root of its pixels. */
export const classOf = (side: number): number =>
  SIDES.reduce<number>(
    (best, each) => (Math.abs(Math.log(each / side)) < Math.abs(Math.log(best / side)) ? each : best),
    SIDES[0],
  );

/** The size that a picture is searched in for a class; it is never enlarged. */
export function searchSize({ width, height }: Size, side: number): Size {
  const factor = Math.min(1, side / Math.sqrt(width * height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** What a search found, and how many encodings it took. */
export interface Search {
  /** Undefined where the picture is too small to be judged. */
  readonly lesson: number | undefined;
  readonly encodings: number;
}

/**
 * Encodes an opaque picture as its texture suggests, judges that, and where it missed by more than a little once more as the
 * curve through what was seen suggests. The result follows from the pixels alone.
 *
 * Half of what texture told is left out of the lesson: a variant of another size has a texture of its own, and by half of the difference
 * the hardness of photographs at half and twice the size was met best.
 */
export async function search(raw: Raw, writer: Writer, target: number, deadline: number): Promise<Search> {
  const texture = textureOf(raw);
  if (texture === undefined || Math.min(raw.width, raw.height) < SMALLEST)
    return { lesson: undefined, encodings: 0 };
  const judge = await likenessTo(raw, deadline);
  const attempt = async (hard: number) => {
    const quality = qualityFor(writer, target, hard);
    const points = await judge(await reencoded(raw, writer, quality, deadline));
    return { quality, points, hard: shownHardness(writer, quality, points) };
  };
  const told = hardness(writer, texture);
  // Rounded, because it is kept.
  const lessonOf = (hard: number) => Math.round((hard - told / 2) * 1000) / 1000;
  const first = await attempt(told);
  if (Math.abs(first.points - target) <= CLOSE) return { lesson: lessonOf(first.hard), encodings: 1 };
  const second = await attempt(first.hard);
  return { lesson: lessonOf(second.hard), encodings: 2 };
}

async function reencoded(raw: Raw, writer: Writer, quality: number, deadline: number): Promise<Raw> {
  const encoder = ENCODERS[FORMATS[writer]];
  const encoded = encoder(openRaw(raw), quality, { small: writer === "mozjpeg" });
  const bytes = await limited(encoded, deadline).toBuffer();
  return toRaw(openImage(bytes, { maxPixels: false, animated: false }), deadline);
}
