import { getPriority, setPriority } from "node:os";

const NICER = 5;
const MOST = 19;

/** The niceness of whatever renders beside the thread that answers: a little above that of this process. */
export const behindAnswers = (): number => Math.min(MOST, getPriority() + NICER);

/** Lets a process give way so far; where that is not allowed, or it has ended already, nothing happens. */
export function beNice(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // It runs like everybody else.
  }
}
