import { readdirSync, readFileSync } from "node:fs";

/** What a process and all that it started hold. */
export interface Footprint {
  /** Proportional set size: what several share is counted once. */
  readonly bytes: number;
  readonly processes: number;
  /** Of the first process alone. */
  readonly own: number;
}

/** The footprint of a process with all its descendants now. Linux only: elsewhere it throws. */
function footprintOf(pid: number): Footprint {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : "";
    // The name in brackets may contain anything.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (stat !== "") parents.set(Number(name), parent);
  }
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  const sizes = family.map((each) => /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${each}/smaps_rollup`))?.[1]);
  if (sizes[0] === undefined) throw new Error(`Nothing is known of process ${pid}.`);
  const bytes = sizes.reduce((sum, kilobytes) => sum + Number(kilobytes ?? 0) * 1_024, 0);
  return { bytes, processes: family.length, own: Number(sizes[0]) * 1_024 };
}

/** Looks at a process and its descendants until told to stop, and answers the largest footprint seen. */
export function watchFootprint(pid: number, everyMs = 50): () => Footprint & { readonly looks: number } {
  let most: Footprint = footprintOf(pid);
  let looks = 1;
  const timer = setInterval(() => {
    const now = footprintOf(pid);
    looks += 1;
    if (now.bytes > most.bytes) most = now;
  }, everyMs);
  return () => {
    clearInterval(timer);
    return { ...most, looks };
  };
}

/** A process may end between two looks. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
