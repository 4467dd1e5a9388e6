import type { Candidate } from "../candidates.ts";
import type { Look, Spelling } from "../look.ts";

/** What code is written for: one picture on a page. */
export interface Picture {
  /** Where delivery URLs begin, without a slash at the end. */
  readonly endpoint: string;
  readonly look: Look;
  readonly spelling: Spelling;
  /** Its target, and those of a srcset; without candidates there is none. */
  readonly target: string;
  readonly candidates: readonly Candidate[];
  /** Of the srcset by width. */
  readonly sizes: string;
  readonly alt: string;
  /** Pixels that it takes on the page; undefined where nobody knows. */
  readonly shown: { readonly width: number; readonly height: number } | undefined;
}

/** A piece of code to copy. */
export interface Snippet {
  /** What it is for, in a few words. */
  readonly title: string;
  readonly code: string;
  /** What has to be there for it to work. */
  readonly needs?: string;
}

/** Whether the srcset says widths, for which `sizes` is needed. */
export const goesByWidth = ({ candidates }: Pick<Picture, "candidates">): boolean =>
  candidates.some(({ descriptor }) => descriptor.endsWith("w"));

/** Widths of the srcset, ascending; empty where it goes by pixel ratio or there is none. */
export const widthsOf = ({ candidates }: Pick<Picture, "candidates">): readonly number[] =>
  candidates.flatMap(({ descriptor }) => (descriptor.endsWith("w") ? [Number.parseInt(descriptor, 10)] : []));
