import { hash } from "node:crypto";
import { limited, openImage, openRaw, type Raw, toRaw } from "../engine.ts";
import { clamp, type Size } from "../geometry.ts";
import type { Pass } from "../picture.ts";
import { inverse, layDown, moveBox, type Symmetry } from "../symmetry.ts";
import { between } from "./find.ts";
import { LONGEST_MASK } from "./mask.ts";
import type { CutoutMask } from "./provider.ts";
import { cutAlong } from "./refine.ts";

/** A mask that was read, of the whole upright original. */
export interface Mask extends CutoutMask {
  /** Tells it from other masks of the same original. */
  readonly name: string;
}

/** Reads what `writeMask` wrote. */
export async function readMask(bytes: Uint8Array, deadline: number): Promise<Mask> {
  const image = openImage(bytes, { maxPixels: LONGEST_MASK * LONGEST_MASK, animated: false });
  const { data, info } = await limited(image.toColourspace("b-w").extractChannel(0).raw(), deadline).toBuffer(
    {
      resolveWithObject: true,
    },
  );
  return { data, width: info.width, height: info.height, name: hash("sha256", bytes).slice(0, 12) };
}

/** Cuts the finished pixels of `passes`, whose first begins with the stored original, along the mask of the upright one. */
export async function cutOutOf(
  raw: Raw,
  mask: Mask,
  {
    passes,
    uprighting,
    deadline,
  }: { readonly passes: readonly Pass[]; readonly uprighting: Symmetry; readonly deadline: number },
): Promise<Raw> {
  const place = placeIn(passes, uprighting);
  const [origin, right, below] = [place(0, 0), place(1, 0), place(0, 1)];
  // Pixels of the output that a pixel of the mask covers.
  const perPixel = 1 / Math.max(Math.abs(right.x - origin.x + below.x - origin.x) * mask.width, 1e-9);
  const near = perPixel < 1 ? await shrunk(mask, perPixel, deadline) : mask;
  const { width, height } = raw;
  const laid = new Uint8Array(width * height);
  const across = { x: (right.x - origin.x) * near.width, y: (right.y - origin.y) * near.height };
  const down = { x: (below.x - origin.x) * near.width, y: (below.y - origin.y) * near.height };
  for (let y = 0; y < height; y += 1) {
    let u = origin.x * near.width + 0.5 * across.x + (y + 0.5) * down.x;
    let v = origin.y * near.height + 0.5 * across.y + (y + 0.5) * down.y;
    for (let x = 0; x < width; x += 1, u += across.x, v += across.y)
      laid[y * width + x] = between(near.data, near, u, v);
  }
  const reach = clamp(Math.ceil(1.5 * perPixel), 1, 24);
  return { data: cutAlong(raw, laid, reach), width, height, channels: 4, pages: 1 };
}

async function shrunk({ data, width, height }: Mask, factor: number, deadline: number): Promise<CutoutMask> {
  const side = (pixels: number) => Math.max(1, Math.round(pixels * factor));
  const size: Size = { width: side(width), height: side(height) };
  const image = openRaw({ data, width, height, channels: 1, pages: 1 }).toColourspace("b-w");
  return toRaw(image.resize({ ...size, fit: "fill", kernel: "linear" }), deadline);
}

/** From a point of what the passes give to its place in the upright original, whose sides are 1. */
function placeIn(passes: readonly Pass[], uprighting: Symmetry) {
  return (left: number, top: number): { readonly x: number; readonly y: number } => {
    let at = { left, top, width: 0, height: 0 };
    let incoming: Size = { width: 1, height: 1 };
    for (const pass of passes.toReversed()) {
      const { canvas, window, symmetry, scaled, extract } = pass;
      const turned = {
        ...at,
        left: at.left - canvas.left + window.left,
        top: at.top - canvas.top + window.top,
      };
      const back = moveBox(inverse(symmetry), turned, layDown(symmetry, scaled));
      at = {
        ...at,
        left: extract.left + (back.left * extract.width) / scaled.width,
        top: extract.top + (back.top * extract.height) / scaled.height,
      };
      incoming = pass.incoming;
    }
    const upright = layDown(uprighting, incoming);
    const { left: x, top: y } = moveBox(uprighting, at, incoming);
    return { x: x / upright.width, y: y / upright.height };
  };
}
