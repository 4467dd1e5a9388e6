import { readFileSync } from "node:fs";

const LOOK_MS = 50;

/** Resident memory in bytes of a process with all that it started. Linux only. Throws where the process itself is gone. */
export function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const own = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
  return childrenOf(pid).reduce((sum, child) => sum + whileThere(child), own);
}

/** Looks at it twenty times a second until told to stop, and answers the most that was seen. */
export function watchResident(pid: number): () => number {
  let most = residentOf(pid);
  const timer = setInterval(() => {
    most = Math.max(most, whileThere(pid));
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    return Math.max(most, whileThere(pid));
  };
}

/** Processes that the main thread of a process started and that have not ended. */
export const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

/** Of a process that may end at any moment: then it holds nothing. */
function whileThere(pid: number): number {
  try {
    return residentOf(pid);
  } catch {
    return 0;
  }
}
