import type { Lengths } from "../../codecs/lengths.ts";
import type { Watermark } from "../../watermarks.ts";
import type { Raw } from "../engine.ts";
import type { Box, Size } from "../geometry.ts";

/** The pixels of a mark, four channels, and where they stand on a frame; they may hang over its sides. */
export interface Layer {
  readonly pixels: Raw;
  readonly box: Box;
  readonly opacity: number;
}

type Placing = Pick<Watermark, "gravity" | "position" | "scale" | "pad"> & {
  /** It keeps its size, however small the canvas is. */
  readonly mayHangOver?: boolean;
};

/** Where a mark of some size stands on a canvas, in whole pixels of it. Its ratio is kept, and it is no larger than the canvas unless it may be. */
export function placeMark(
  { gravity, position, scale, pad, mayHangOver = false }: Placing,
  own: Size,
  canvas: Size,
): Box {
  const size = sizeOf(scale, own, canvas, mayHangOver);
  const along = (of: "x" | "y", side: "width" | "height", [before, after]: readonly [string, string]) => {
    const room = canvas[side] - size[side];
    const away = measured(pad, of, canvas[side]);
    const share = (position[of] ?? position.x) / 100;
    if (gravity === "absolute") return Math.round(canvas[side] * share + away);
    if (gravity === "relative") return Math.round(room * share + away);
    if (gravity.includes(before)) return Math.round(away);
    if (gravity.includes(after)) return Math.round(room - away);
    return Math.round(room / 2);
  };
  return {
    ...size,
    left: along("x", "width", ["west", "east"]),
    top: along("y", "height", ["north", "south"]),
  };
}

function sizeOf(scale: Lengths, own: Size, canvas: Size, mayHangOver: boolean): Size {
  const inside = Math.min(canvas.width / own.width, canvas.height / own.height);
  const fit = mayHangOver ? Number.POSITIVE_INFINITY : inside;
  const { x, y = scale.unit === "p" ? Number.POSITIVE_INFINITY : x } = scale;
  const box = { width: (canvas.width * x) / 100, height: (canvas.height * y) / 100 };
  const wanted =
    scale.unit === "p"
      ? Math.min(box.width / own.width, box.height / own.height)
      : (Math.min(1, fit) * Math.min(x, y)) / 100;
  const factor = Math.min(fit, wanted);
  const side = (pixels: number) => Math.max(1, Math.round(pixels * factor));
  return { width: side(own.width), height: side(own.height) };
}

const measured = ({ x, y = x, unit }: Lengths, of: "x" | "y", side: number) =>
  ((of === "x" ? x : y) * (unit === "p" ? side : 100)) / 100;

/** Lays a mark over some rows of a frame, in place: source over, as browsers do, each channel rounded once. */
export function layOver(frame: Raw, { pixels, box, opacity }: Layer, fromRow: number, toRow: number): void {
  const { data, width, channels } = frame;
  const mark = pixels.data;
  const [left, right] = [Math.max(0, box.left), Math.min(width, box.left + box.width)];
  const bottom = Math.min(toRow, box.top + box.height);
  for (let row = Math.max(fromRow, box.top); row < bottom; row++) {
    let from = ((row - box.top) * box.width + left - box.left) * 4;
    let to = (row * width + left) * channels;
    for (let column = left; column < right; column++, from += 4, to += channels) {
      const alpha = ((mark[from + 3] ?? 0) / 255) * opacity;
      if (alpha === 0) continue;
      const below = channels === 4 ? ((data[to + 3] ?? 0) / 255) * (1 - alpha) : 1 - alpha;
      const whole = alpha + below;
      for (let channel = 0; channel < 3; channel++) {
        const sum = (mark[from + channel] ?? 0) * alpha + (data[to + channel] ?? 0) * below;
        data[to + channel] = Math.round(sum / whole);
      }
      if (channels === 4) data[to + 3] = Math.round(whole * 255);
    }
  }
}
