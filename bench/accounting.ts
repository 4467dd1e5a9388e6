import { readFileSync, writeFileSync } from "node:fs";

/** Linux counts processor time for /proc in hundredths of a second, whatever the kernel was built with. */
const TICK_MS = 10;

/** What a process and its children have used. Read from /proc, so on Linux only. */
export interface Usage {
  /** Milliseconds of processor time, user and system, since the processes began; of children that ended as well. */
  readonly cpuMs: number;
  /** Largest resident memory in bytes since `resetPeak`, summed over the processes. */
  readonly peakBytes: number;
}

export function usageOf(pid: number): Usage {
  const tree = treeOf(pid);
  return {
    cpuMs: sum(tree.map(cpuOf)),
    peakBytes: sum(tree.map(peakOf)),
  };
}

/** Forgets the largest memory so far: from here on it counts anew. */
export function resetPeak(pid: number): void {
  for (const each of treeOf(pid)) writeFileSync(`/proc/${each}/clear_refs`, "5");
}

function treeOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return [pid, ...children.flatMap((child) => treeOf(Number(child)))];
}

function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name stands in brackets and may hold anything; the fields after it are counted from the state, field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // With what children used that have ended and were waited for: a process for each picture counts as well.
  return sum(fields.slice(11, 15).map(Number)) * TICK_MS;
}

function peakOf(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? 0) * 1024;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
