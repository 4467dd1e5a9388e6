import { applyEffects } from "./effects/index.ts";
import { openRaw, type Raw, soften, toRaw } from "./engine.ts";
import { sameSize, whole, wholePixels } from "./geometry.ts";
import type { Fill } from "./passes.ts";
import type { Backdrop, Pass } from "./picture.ts";
import { inPieces } from "./pieces.ts";
import { planResize } from "./plan.ts";

/** Stands one frame on its canvas, in front of a copy of itself. */
export async function backedBy(
  { gravity, sigma, tint, opacity }: Backdrop,
  frame: Raw,
  { width, height, left, top }: Pass["canvas"],
  { background, flatten }: Fill,
  deadline: number,
): Promise<Raw> {
  const { crop } = planResize({ w: width, h: height, gravity }, frame);
  const part = wholePixels(crop, frame);
  const copy = openRaw(frame);
  if (!sameSize(part, whole(frame))) copy.extract(part);
  copy.resize({ width, height, fit: "fill" });
  if (sigma !== undefined) soften(copy, sigma);
  const tinted = await applyEffects(await toRaw(copy.ensureAlpha(), deadline), tint ? [tint] : [], {
    deadline,
  });
  if (opacity < 1) {
    const { data } = tinted;
    await inPieces(tinted, deadline, (from, to) => {
      for (let at = from * width * 4 + 3; at < to * width * 4; at += 4) {
        data[at] = Math.round((data[at] ?? 0) * opacity);
      }
    });
  }
  const behind = openRaw(tinted);
  if (flatten) behind.flatten({ background });
  const base = openRaw(await toRaw(behind, deadline));
  const { channels } = frame;
  const { buffer, byteOffset, length } = frame.data;
  const input = Buffer.from(buffer, byteOffset, length);
  const raw = { width: frame.width, height: frame.height, channels };
  return toRaw(base.composite([{ input, raw, left, top }]), deadline);
}
