import type { Panel } from "./chart/panel.ts";
import type { Measured } from "./goals.ts";
import type { Options } from "./options.ts";
import type { Origin } from "./peers.ts";
import type { Pictures } from "./pictures.ts";

/** What `npm run bench GROUP` runs together, in the order of a whole run. */
export const GROUPS = [
  "pictures",
  "hits",
  "stress",
  "start",
  "edge",
  "quality",
  "freshness",
  "console",
  "analytics",
] as const;
export type Group = (typeof GROUPS)[number];

/** What every cell may use. */
export interface Parts {
  readonly pictures: Pictures;
  readonly origin: Origin;
  /** Names a peer, or a part of the cell, that could not be had; the run goes on. */
  leaveOut(what: string, why: string): void;
}

/** Says what is going on; one short line. */
export type Progress = (text: string) => void;

/** A figure that is no goal of `goals.ts`, with what it should be: at most this, or at least that. */
export interface Aim {
  readonly text: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly unit?: string;
  /** Not shaken by other work on the machine. */
  readonly steady: boolean;
}

/** What a cell found. */
export interface Outcome {
  /** Everything that was measured, for the JSON. */
  readonly figures: unknown;
  readonly tables: readonly string[];
  /** Values of the goals, by the names in `goals.ts`: what `--gate` judges. */
  readonly measured?: Measured;
  readonly aims?: readonly Aim[];
  /** What of it is drawn. */
  readonly panels?: readonly Panel[];
}

/** One comparison: a file that exports one, and a line in `cells.ts`. */
export interface Cell {
  /** One or two words with a hyphen: for the command line and the JSON. */
  readonly name: string;
  readonly group: Group;
  /** Of a sentence, for `--help`. */
  readonly about: string;
  /** Rejects with `NotHere` where the machine lacks what it needs, with anything else where it failed. */
  run(parts: Parts, options: Options, progress: Progress): Promise<Outcome>;
}

/** A cell cannot be measured on this machine; its message says why. It is named, and nothing has failed. */
export class NotHere extends Error {}
