import type { CdnDriver, Evidence, ProbeRequest, ProbeSample } from "@freshet/core";
import type { Mark } from "../cache/mark.ts";
import { bounded } from "./lane.ts";
import type { Delivery } from "./ports.ts";

/** Originals of an invalidation that are asked for, and delivery URLs of each: every probe may cost a render. */
const SAMPLING = { originals: 2, each: 2 };

/** The delivery URLs a purge is verified with. */
export function sample(delivery: Delivery, marks: readonly Mark[]): readonly ProbeRequest[] {
  return delivery.recentUrls(marks, SAMPLING);
}

/** What the node's answers were. */
export interface Verified {
  /** Answers with a stamp. */
  readonly asked: number;
  /** Answers made under an older number than the invalidation's. */
  readonly stale: number;
  readonly samples: readonly ProbeSample[];
}

/** What the probes of one invalidation came to, over all its nodes. */
export interface ProbeCount {
  asked: number;
  stale: number;
  /** Absent while no purge was sent again, and while nothing was answered. */
  repeats?: number;
  samples?: readonly ProbeSample[];
}

/** The count with which work on an entry goes on: what was stale before is asked anew. */
export function openCount(before: Evidence["probes"] | undefined): ProbeCount {
  return { ...before, asked: before?.asked ?? 0, stale: 0 };
}

/** Samples that stay with an entry: the log is no archive of answers. */
const MOST_SAMPLES = 20;
const LONGEST_PATH = 500;

/** Asks the node for the URLs; a probe that fails, or an answer without a stamp, proves nothing and accuses nobody. */
export async function verify(
  driver: CdnDriver,
  urls: readonly ProbeRequest[],
  sequence: number,
  ms: number,
  stopping: AbortSignal,
): Promise<Verified> {
  const { probe } = driver;
  if (!probe) return { asked: 0, stale: 0, samples: [] };
  const ask = async (url: ProbeRequest): Promise<readonly ProbeSample[]> => {
    const { status, stamp, cache } = await bounded(ms, stopping, (signal) => probe.call(driver, url, signal));
    return [
      { node: driver.name, path: url.path.slice(0, LONGEST_PATH), status, stamp: stamp ?? null, cache },
    ];
  };
  const samples = (await Promise.all(urls.map((url) => ask(url).catch(() => [])))).flat();
  const stamps = samples.flatMap(({ stamp }) => (stamp === null ? [] : [stamp]));
  return { asked: stamps.length, stale: stamps.filter((stamp) => stamp < sequence).length, samples };
}

/** Adds what a node answered; its last answers take the place of its earlier ones, and what is old comes first. */
export function addProbes(count: ProbeCount, node: string, seen: Verified, sequence: number): void {
  const isOld = ({ stamp }: ProbeSample) => stamp !== null && stamp < sequence;
  count.asked += seen.asked;
  if (seen.samples.length === 0) return;
  count.samples = [...(count.samples ?? []).filter((each) => each.node !== node), ...seen.samples]
    .toSorted((one, other) => Number(isOld(other)) - Number(isOld(one)))
    .slice(0, MOST_SAMPLES);
}
