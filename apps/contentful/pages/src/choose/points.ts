import type { Cut } from "../../../src/delivery/choice.ts";

export interface Share {
  readonly x: number;
  readonly y: number;
}

/** What a key moves by: one hundredth of the picture, ten with Shift. Undefined for keys that move nothing. */
export function stepOf(key: string, isLarge: boolean): Share | undefined {
  const step = isLarge ? 0.1 : 0.01;
  switch (key) {
    case "ArrowLeft":
      return { x: -step, y: 0 };
    case "ArrowRight":
      return { x: step, y: 0 };
    case "ArrowUp":
      return { x: 0, y: -step };
    case "ArrowDown":
      return { x: 0, y: step };
    default:
      return undefined;
  }
}

/** Inside the picture, in ten-thousandths: that is what delivery URLs carry. */
export const inside = (value: number): number => Math.min(1, Math.max(0, Math.round(value * 1e4) / 1e4));

export const moved = ({ x, y }: Share, by: Share): Share => ({ x: inside(x + by.x), y: inside(y + by.y) });

export const LEAST_CUT = 0.05;

/** A cut somewhere else, of the same size. */
export function movedCut({ x, y, width, height }: Cut, by: Share): Cut {
  const place = { x: Math.min(inside(x + by.x), 1 - width), y: Math.min(inside(y + by.y), 1 - height) };
  return { x: inside(place.x), y: inside(place.y), width, height };
}

/** A cut of another size, with the same corner. */
export function sizedCut({ x, y, width, height }: Cut, by: Share): Cut {
  const side = (from: number, length: number) => inside(Math.min(1 - from, Math.max(LEAST_CUT, length)));
  return { x, y, width: side(x, width + by.x), height: side(y, height + by.y) };
}

/** A cut with one of its numbers replaced; where it would stick out it is brought inside. */
export function setCut(cut: Cut, change: Partial<Cut>): Cut {
  const wanted = { ...cut, ...change };
  const width = inside(Math.max(LEAST_CUT, wanted.width));
  const height = inside(Math.max(LEAST_CUT, wanted.height));
  const x = inside(Math.min(1 - width, Math.max(0, wanted.x)));
  const y = inside(Math.min(1 - height, Math.max(0, wanted.y)));
  return { x, y, width, height };
}

export const percent = (share: number): string => `${Math.round(share * 1000) / 10}`;

/** What a person wrote into a field of percent, as a share; undefined while it is no number. */
export function shareOf(text: string): number | undefined {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? undefined : inside(value / 100);
}
