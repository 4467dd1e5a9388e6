import type { Ratio } from "../statistics.ts";

/** How formats are written for people. */
export const NAMES = { jpeg: "JPEG", webp: "WebP", avif: "AVIF" } as const;

/** Bars of one measure, one for each contender, on an axis of its own that begins at nothing. */
export interface Panel {
  readonly title: string;
  /** What the axis counts, and which way is better. */
  readonly axis: string;
  /** A line across all bars: what they are compared with. */
  readonly base: { readonly at: number; readonly label: string };
  readonly rows: readonly { readonly name: string; readonly ratio: Ratio }[];
}
