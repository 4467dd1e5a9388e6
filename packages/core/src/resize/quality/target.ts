import type { OutputFormat } from "../../format.ts";
import { hardness, leastUntried, qualityFor, type Writer } from "./curves.ts";
import type { Texture } from "./texture.ts";

export type Level = 1 | 2 | 3;

/** Points that each level of `optipress` holds a picture to: 80 is very high quality, 70 high, 50 medium. */
export const TARGETS: Readonly<Record<Level, number>> = { 1: 78, 2: 70, 3: 62 };

/** What is aimed at where nothing was asked for: as `optipress=1`, but by the look of the picture alone. */
const PLAIN_TARGET = TARGETS[1];

/** What `optipress` asks for, and what trials of the original taught about each encoder. */
export interface Press {
  readonly level: Level;
  readonly lessons: Lessons;
}

/** By encoder, how much harder the original is than a typical picture, less half of what its texture told. */
export type Lessons = { readonly [W in Writer]?: number };

/** The encoder that writes a format; undefined where there is no quality to choose. */
export function writerOf(format: OutputFormat, isPressed: boolean): Writer | undefined {
  if (format === "png" || format === "gif") return undefined;
  // JPEG XL looks like a JPEG of the same quality, in fewer bytes.
  if (format === "jxl") return "jpeg";
  return format === "jpeg" && isPressed ? "mozjpeg" : format;
}

/** The quality for a picture of this texture: the same for the same pixels, wherever and whenever it is asked for. */
export function chosenQuality(
  writer: Writer,
  texture: Texture | undefined,
  press: Press | undefined,
): number {
  const told = hardness(writer, texture);
  const lesson = press?.lessons[writer];
  const hard = lesson === undefined ? told : lesson + told / 2;
  if (press === undefined) return qualityFor(writer, PLAIN_TARGET, hard, leastUntried(texture));
  return qualityFor(writer, TARGETS[press.level], hard);
}
