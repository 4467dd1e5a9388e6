import { usageOf } from "./usage.ts";

/** What a process may take from now on. */
export interface Allowed {
  /** Milliseconds of processor time; where only the clock can be read, it counts. */
  readonly cpuMs: number;
  /** Milliseconds by the clock. */
  readonly longestMs: number;
  /** Resident memory, where the system tells. */
  readonly bytes: number;
  /** Resident memory of one that has done nothing: what it holds beyond that already is none of this. Absent: everything counts. */
  readonly emptyBytes?: number;
}

/** Begins to count, and tells whenever it is asked what the process has taken too much of. */
export function meterOf(
  pid: number | undefined,
  { cpuMs, longestMs, bytes, emptyBytes = Number.POSITIVE_INFINITY }: Allowed,
): () => "time" | "memory" | undefined {
  const read = () => usageOf(pid ?? 0);
  const begun = performance.now();
  const before = read();
  const most = bytes + Math.max(0, (before?.residentBytes ?? 0) - emptyBytes);
  return () => {
    const usage = read();
    const passed = performance.now() - begun;
    const spent = usage === undefined ? passed : usage.cpuMs - (before?.cpuMs ?? 0);
    if (spent > cpuMs || passed > longestMs) return "time";
    return usage !== undefined && usage.residentBytes > most ? "memory" : undefined;
  };
}
