import { writeBytes, writeShare, writeShortCount } from "../format.ts";
import type { Measure } from "../shapes.ts";

/** What is said where a chart has nothing. */
export const NOTHING = "Nothing was delivered in this period.";

export const MEASURE_WORDS: Readonly<Record<Measure, { readonly title: string; readonly hint: string }>> = {
  disk: { title: "Image cache", hint: "what all instances keep on their disks" },
  in_use: { title: "Pictures in use", hint: "all different pictures delivered on a day, each once" },
};

/** Labels of axes. */
export const countLabel = (figure: number): string => writeShortCount(figure);
export const bytesLabel = (figure: number, most: number): string => writeBytes(figure, undefined, most);
export const shareLabel = (figure: number): string => writeShare(figure);

/** Whence an answer came, in words, and whether it was a hit. */
export const SOURCE_WORDS: Readonly<Record<string, readonly [name: string, hint: string]>> = {
  memory: ["Memory", "a hit"],
  disk: ["Disk", "a hit"],
  shared: ["Shared store", "a hit"],
  unmodified: ["Not modified", "a hit: the browser had it already"],
  edge: ["CDN node", "a hit that a node told of"],
  rendered: ["Rendered", "made for this request"],
  original: ["Original", "fetched for this request"],
  redirect: ["Redirect", "sent to the original"],
  failed: ["Failed", "the placeholder, or no answer"],
};

export const formatName = (format: string): string => (format === "" ? "(none)" : format.toUpperCase());
