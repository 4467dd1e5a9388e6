import type { CdnDriver, ProbeRequest } from "@freshet/core";
import { bounded } from "./lane.ts";
import type { Delivery, OriginalTarget } from "./ports.ts";

/** Originals of an invalidation that are asked for, and delivery URLs of each: every probe may cost a render. */
const ORIGINALS = 2;
const URLS_OF_EACH = 2;

/** The delivery URLs a purge is verified with. */
export function sample(delivery: Delivery, originals: readonly OriginalTarget[]): readonly ProbeRequest[] {
  const known = originals.map((original) => delivery.recentUrls(original, URLS_OF_EACH));
  return known
    .filter((urls) => urls.length > 0)
    .slice(0, ORIGINALS)
    .flat();
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
