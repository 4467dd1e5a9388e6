import { type Cell, NotHere, type Outcome, type Parts, type Progress } from "./cell.ts";
import type { Criterion, Measured } from "./goals.ts";
import type { Command } from "./options.ts";
import { STEADY } from "./statistics.ts";

/** A run: what each cell found, and why others found nothing. */
export interface Results {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** By the cell's name, a sentence. */
  readonly without: ReadonlyMap<string, string>;
  /** By the cell's name: peers and parts of it that were not there, and why. */
  readonly leftOut: ReadonlyMap<string, readonly string[]>;
  readonly failed: boolean;
}

/** Runs one cell, and tells of what of it could not be had. Rejects as the cell does. */
export type Runner = (cell: Cell, leaveOut: Parts["leaveOut"]) => Promise<Outcome>;

/**
 * Runs the cells one behind the other. One that fails is named, and the others go on. Those whose rounds differ too much are run once more
 * when all have run, while the time lasts; the steadier of the two counts.
 */
export async function runCells(
  { cells, seconds, quick }: Pick<Command, "cells" | "seconds" | "quick">,
  runCell: Runner,
  progress: Progress,
  now: () => number = performance.now.bind(performance),
): Promise<Results> {
  const outcomes = new Map<string, Outcome>();
  const without = new Map<string, string>();
  const leftOut = new Map<string, readonly string[]>();
  const begun = now();
  const isOver = () => now() - begun > seconds * 1_000;
  let failed = false;
  const run = (cell: Cell): Promise<Outcome> => {
    const lacking = new Set<string>();
    return runCell(cell, (what, why) => {
      leftOut.set(cell.name, [...lacking.add(`${what}: ${firstLine(why)}`)]);
      progress(`left out: ${what}`);
    });
  };
  for (const cell of cells) {
    if (isOver()) {
      without.set(cell.name, "the time of this run was over (--minutes)");
      continue;
    }
    try {
      outcomes.set(cell.name, await run(cell));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      without.set(cell.name, why);
      if (error instanceof NotHere) continue;
      failed = true;
      progress(`${cell.name} FAILED: ${why}`);
    }
  }
  for (const cell of quick ? [] : cells) {
    const first = outcomes.get(cell.name);
    if (first === undefined || spreadOf(first) <= STEADY || isOver()) continue;
    progress(`${cell.name}: its rounds differ too much, so it is measured again`);
    // What fails the second time leaves the first standing.
    outcomes.set(cell.name, steadier(first, await run(cell).catch(() => undefined)));
  }
  return { outcomes, without, leftOut, failed };
}

const steadier = (one: Outcome, other: Outcome | undefined): Outcome =>
  other && spreadOf(other) < spreadOf(one) ? other : one;

/** The widest spread among a cell's figures. */
const spreadOf = ({ measured = {} }: Outcome): number =>
  Math.max(0, ...Object.values(measured).map(({ spread }) => spread));

export const measuredOf = ({ outcomes }: Results): Measured =>
  Object.assign({}, ...[...outcomes.values()].map(({ measured }) => measured));

/** Why a figure has no value. */
export function whyNot(
  { cell }: Criterion,
  { outcomes, without, leftOut }: Results,
  known: readonly Cell[],
): string {
  const why = without.get(cell);
  if (why !== undefined) return firstLine(why);
  if (!known.some(({ name }) => name === cell)) return "there is no comparison for it yet";
  if (!outcomes.has(cell)) return "not asked for in this run";
  return leftOut.get(cell)?.join("; ") ?? "the comparison gave no figure";
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? text;
