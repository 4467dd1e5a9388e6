import type { CdnDriver, ProbeRequest } from "@freshet/core";
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
  readonly asked: number;
  /** Answers made under an older number than the invalidation's. */
  readonly stale: number;
}

/** Asks the node for the URLs; a probe that fails, or an answer without a stamp, proves nothing and accuses nobody. */
export async function verify(
  driver: CdnDriver,
  urls: readonly ProbeRequest[],
  sequence: number,
  ms: number,
  stopping: AbortSignal,
): Promise<Verified> {
  const { probe } = driver;
  if (!probe) return { asked: 0, stale: 0 };
  const ask = async (url: ProbeRequest): Promise<number | undefined> =>
    (await bounded(ms, stopping, (signal) => probe.call(driver, url, signal))).stamp;
  const stamps = await Promise.all(urls.map((url) => ask(url).catch(() => undefined)));
  const known = stamps.filter((stamp) => stamp !== undefined);
  return { asked: known.length, stale: known.filter((stamp) => stamp < sequence).length };
}
