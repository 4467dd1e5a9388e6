import { resetPeak, usageOf } from "../accounting.ts";
import { fetchRendition } from "../check.ts";
import type { Options } from "../options.ts";
import { deliveryUrl, type Origin, type Server, startOwn } from "../peers.ts";
import type { Pictures } from "../pictures.ts";
import { pause } from "../programs.ts";
import { quantile } from "../statistics.ts";
import { type Asked, askOpenLoop } from "./open-loop.ts";

const IN_FLIGHT = 16;
/** That nobody who is let in may have to wait longer than. */
const DEADLINE_MS = 5_000;
/** A client that is turned away while capacity is measured, which happens beside other work alone, comes back later. */
const BACK_MS = 1_000;
const TIMES = 5;
/** After the overload it is asked for less than it can do. */
const CALM = 0.5;
const CALM_SECONDS = 10;
const RECOVERY_MS = 5_000;

/** One round: pictures that can be had at most, then five times as many asked for, then half. */
export interface OverloadRound {
  /** Pictures a second with sixteen in flight. */
  readonly peak: number;
  /** Of equal renders, sixteen in flight: p99 by p50. */
  readonly evenness: number;
  /** Pictures served a second while five times the peak were asked for. */
  readonly goodput: number;
  readonly servedMs: { readonly p50: number; readonly p99: number };
  readonly refusedMs: { readonly p50: number; readonly p99: number };
  readonly served: number;
  readonly refused: number;
  /** Answers that are neither a picture nor a 503 that says when to come back. */
  readonly strange: number;
  /** Milliseconds from the first request to the first 503. */
  readonly firstRefusalMs: number;
  readonly peakBytes: number;
  /** Part of what was asked for later than five seconds after the overload that was served. */
  readonly recovered: number;
}

/** What Freshet does when it is asked for five times what it can render, by a load that does not wait for answers. */
export async function measureOverload(
  { pictures, origin }: { readonly pictures: Pictures; readonly origin: Origin },
  options: Options,
  progress: (text: string) => void,
): Promise<readonly OverloadRound[]> {
  const seconds = options.quick ? 15 : 60;
  const rounds: OverloadRound[] = [];
  for (let round = 0; round < Math.max(1, Math.ceil(options.rounds / 3)); round += 1) {
    progress(`overload: round ${round + 1}, ${seconds} s`);
    const server = await startOwn(undefined, { limits: { waitingMs: DEADLINE_MS } });
    try {
      rounds.push(await measure(server, { pictures, origin }, seconds));
    } finally {
      await server.stop();
    }
  }
  return rounds;
}

let asked = 0;

async function measure(
  server: Server,
  { pictures, origin }: { readonly pictures: Pictures; readonly origin: Origin },
  seconds: number,
): Promise<OverloadRound> {
  const [same = ""] = pictures.names;
  // One picture under ever new names and with ever new bytes: each costs the same and none is kept.
  const urlOf = () => {
    asked += 1;
    return deliveryUrl(server, origin.pictureUrl(`o${asked}`, same));
  };
  await closedLoop(urlOf, IN_FLIGHT);
  const { perSecond, latencies } = await closedLoop(urlOf, Math.max(100, IN_FLIGHT * seconds));
  resetPeak(server.pid);
  const over = await askOpenLoop(urlOf, { perSecond: perSecond * TIMES, seconds });
  const { peakBytes } = usageOf(server.pid);
  // What was let in last is still being served: the calm begins with the end of the load, not with the last answer.
  const calm = await askOpenLoop(urlOf, { perSecond: perSecond * CALM, seconds: CALM_SECONDS });
  const served = over.filter(({ status }) => status === 200);
  const refused = over.filter(isRefusal);
  const inTime = served.filter(({ at, ms }) => at + ms <= seconds * 1_000);
  const later = calm.filter(({ at }) => at > RECOVERY_MS);
  await pause(200);
  return {
    peak: perSecond,
    evenness: quantile(latencies, 0.99) / quantile(latencies, 0.5),
    goodput: inTime.length / seconds,
    servedMs: middles(served),
    refusedMs: middles(refused),
    served: served.length,
    refused: refused.length,
    strange: over.length - served.length - refused.length,
    firstRefusalMs: Math.min(...refused.map(({ at }) => at)),
    peakBytes,
    recovered: later.filter(({ status }) => status === 200).length / later.length,
  };
}

const isRefusal = ({ status, retryAfter }: Asked): boolean => status === 503 && Number(retryAfter) >= 1;

function middles(all: readonly Asked[]) {
  const times = all.map(({ ms }) => ms);
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function closedLoop(urlOf: () => string, count: number) {
  const latencies: number[] = [];
  let next = 0;
  const begun = performance.now();
  const client = async () => {
    while (next < count) {
      const start = performance.now();
      const isServed = await fetchRendition(urlOf()).then(
        () => true,
        () => false,
      );
      if (!isServed) {
        await pause(BACK_MS);
        continue;
      }
      next += 1;
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  return { perSecond: (latencies.length / (performance.now() - begun)) * 1_000, latencies };
}
