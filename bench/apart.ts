import { fork } from "node:child_process";
import { join } from "node:path";
import { type Cell, NotHere, type Outcome, type Progress } from "./cell.ts";
import { removeAtTheEnd } from "./leavings.ts";
import type { Options } from "./options.ts";
import type { Runner } from "./run.ts";

const SCRIPT = join(import.meta.dirname, "cell-process.ts");

/** What the process of a cell is to do. */
export interface Task {
  readonly cell: Cell["name"];
  readonly options: Options;
}

/** What it tells. */
export type Told =
  | { readonly progress: string }
  | { readonly leftOut: string; readonly why: string }
  | { readonly left: string }
  | { readonly outcome: Outcome }
  | { readonly error: string; readonly notHere: boolean };

/**
 * Runs each cell in a process of its own. The clients of most are in it, and what another cell left there — memory to be gone through, code
 * compiled for other work — would be counted as time of whoever answers.
 */
export function apart(options: Options, progress: Progress): Runner {
  return (cell, leaveOut) =>
    new Promise((resolve, reject) => {
      const child = fork(SCRIPT, { serialization: "advanced" });
      let end = (how: string | number | null) => reject(new Error(`${cell.name} ended with ${how}.`));
      child.on("message", (told: Told) => {
        if ("progress" in told) progress(told.progress);
        else if ("leftOut" in told) leaveOut(told.leftOut, told.why);
        else if ("left" in told) removeAtTheEnd(told.left);
        else if ("outcome" in told) end = () => resolve(told.outcome);
        else end = () => reject(told.notHere ? new NotHere(told.error) : new Error(told.error));
      });
      child.on("error", reject);
      // The next cell does not begin before what this one started has ended with it.
      child.on("close", (code, signal) => end(signal ?? code));
      child.send({ cell: cell.name, options } satisfies Task);
    });
}
