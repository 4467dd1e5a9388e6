import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second for whoever asks. */
const TICK_MS = 10;
const PAGE = 4_096;

/** What a process has used so far. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** Undefined where the system does not tell (only Linux does) or the process is gone. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may contain anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number);
    if (user === undefined || system === undefined || pages === undefined) return undefined;
    return { cpuMs: (user + system) * TICK_MS, residentBytes: pages * PAGE };
  } catch {
    return undefined;
  }
}
