import { readFileSync, writeFileSync } from "node:fs";
import { pause } from "./programs.ts";

/** Linux counts processor time for /proc in hundredths of a second, whatever the kernel was built with. */
const TICK_MS = 10;
/** In which a server finishes what it does after its answers. */
const AFTERMATH_MS = 200;

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
    cpuMs: sum(tree.map(processorTimeOf)),
    peakBytes: sum(tree.map(peakOf)),
  };
}

/** Milliseconds of processor time, user and system, that this process itself spends on the work. */
export async function ownCpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** What a server spends on the work, with what it does after its answers. */
export async function costOf({ pid }: { readonly pid: number }, work: () => Promise<unknown>) {
  const before = usageOf(pid);
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1_000;
  await pause(AFTERMATH_MS);
  return { seconds, cpuMs: usageOf(pid).cpuMs - before.cpuMs };
}

/** Forgets the largest memory so far: from here on it counts anew. */
export function resetPeak(pid: number): void {
  for (const each of treeOf(pid)) writeFileSync(`/proc/${each}/clear_refs`, "5");
}

function treeOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return [pid, ...children.flatMap((child) => treeOf(Number(child)))];
}

function processorTimeOf(pid: number): number {
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
