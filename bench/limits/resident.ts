import { readFileSync } from "node:fs";

/** Resident memory in bytes of a process with all that it started. Linux only. */
export function residentOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  const own =
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1_024;
  return children.reduce((sum, child) => sum + residentOf(Number(child)), own);
}
