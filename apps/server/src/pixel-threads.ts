import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { behindAnswers } from "./niceness.ts";

const TASKS = "/proc/self/task";
/** As libuv and libvips call their threads. */
const WORKERS = /^(?:libuv-worker|libvips worker)$/;

/**
 * Lets the threads that render give way to the one that answers: where cores are few, a hit would wait for the scheduler longer than for
 * anything else. Linux counts niceness by thread, and threads that they start take it over; elsewhere nothing happens. To be called when
 * the thread pool is there.
 */
export function letPixelsGiveWay(): void {
  const nice = behindAnswers();
  for (const thread of threadsOf(TASKS)) {
    try {
      const name = readFileSync(`${TASKS}/${thread}/comm`, "utf8").trim();
      if (WORKERS.test(name)) setPriority(Number(thread), nice);
    } catch {
      // It has ended, or the system allows it to nobody: then it goes on as it was.
    }
  }
}

function threadsOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
