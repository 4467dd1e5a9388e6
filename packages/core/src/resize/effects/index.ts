import type { Effect } from "../effect.ts";
import { eachFrame, openRaw, type Raw, soften, toRaw } from "../engine.ts";
import type { Painting } from "../passes.ts";
import { inPieces } from "../pieces.ts";
import { cutCorners } from "./corners.ts";
import { openLayer } from "./layer.ts";
import { layOver } from "./overlay.ts";
import { pixelateRows } from "./pixelate.ts";
import { affine, type Recolor, saturation } from "./recolor.ts";
import { veil } from "./veil.ts";

/** What effects may use: their time, and where they are to lay images, those and their bounds. */
export type Means = Pick<Painting, "deadline"> & Partial<Pick<Painting, "images" | "limits" | "gamut">>;

/** Does everything to the pixels, one after the other. They have three or four channels and are the caller's no longer. */
export async function applyEffects(raw: Raw, effects: readonly Effect[], means: Means): Promise<Raw> {
  let pixels = raw;
  for (const effect of effects) pixels = await applyEffect(pixels, effect, means);
  return pixels;
}

async function applyEffect(raw: Raw, effect: Effect, means: Means): Promise<Raw> {
  const { deadline } = means;
  switch (effect.kind) {
    case "affine":
      return recolored(raw, affine(effect), deadline);
    case "saturation":
      return recolored(raw, saturation(effect), deadline);
    case "pixelate":
      return eachFrame(raw, async (frame) => {
        const work = (from: number, to: number) => pixelateRows(frame, effect.side, from, to);
        await inPieces(frame, deadline, work, effect.side);
        return frame;
      });
    case "blur":
      return eachFrame(raw, (frame) => toRaw(soften(openRaw(frame), effect.sigma), deadline));
    case "sharpen":
      return eachFrame(raw, (frame) => sharpened(frame, effect.amount, deadline));
    case "veil":
      return eachFrame(raw, (frame) => veil(frame, effect.boxes, effect.how, deadline));
    case "overlay": {
      const layer = await openLayer(effect.mark, raw, means);
      if (!layer) return raw;
      return eachFrame(raw, async (frame) => {
        await inPieces(frame, deadline, (from, to) => layOver(frame, layer, from, to));
        return frame;
      });
    }
    case "corners": {
      const clear = raw.channels === 4 ? raw : await toRaw(openRaw(raw).ensureAlpha(), deadline);
      return eachFrame(clear, async (frame) => {
        await cutCorners(frame, effect.radii, deadline);
        return frame;
      });
    }
  }
}

async function recolored(raw: Raw, recolor: Recolor, deadline: number): Promise<Raw> {
  const strip = { width: raw.width, height: raw.height * raw.pages };
  const row = raw.width * raw.channels;
  await inPieces(strip, deadline, (from, to) => recolor(raw.data, raw.channels, from * row, to * row));
  return raw;
}

async function sharpened(frame: Raw, amount: number, deadline: number): Promise<Raw> {
  const { data, width, channels } = frame;
  const soft = (await toRaw(soften(openRaw(frame), 1), deadline)).data;
  await inPieces(frame, deadline, (from, to) => {
    for (let at = from * width * channels; at < to * width * channels; at++) {
      if (channels === 4 && at % 4 === 3) continue;
      const value = data[at] ?? 0;
      const sharp = value + amount * (value - (soft[at] ?? 0));
      data[at] = sharp < 0 ? 0 : sharp > 255 ? 255 : Math.round(sharp);
    }
  });
  return frame;
}
