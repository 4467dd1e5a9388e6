import { resetPeak, usageOf } from "../accounting.ts";
import type { Parts, Progress } from "../cell.ts";
import type { Options } from "../options.ts";
import { pause } from "../programs.ts";
import { type Rounds, takeRounds } from "../rounds.ts";
import { median, quantile } from "../statistics.ts";
import { startLoop } from "./loop.ts";
import { checkOutputs, type Output } from "./outputs.ts";
import { PEERS } from "./peers.ts";
import { overHttp, type Runner } from "./runner.ts";
import type { Task } from "./task.ts";
import { startVipsthumbnail } from "./vipsthumbnail.ts";

const IN_FLIGHT = 16;
/**
 * Each of the set as often as the others, and enough that what a server does after its rest, while the others had their turn, weighs little:
 * with three pictures it was a tenth of the figure.
 */
const PICTURES = 36;
/** Milliseconds in which a server finishes what it does after its answer; it is counted as well. */
const AFTERMATH_MS = 200;
/** Seconds after which no round begins: many peers may be here. */
const SECONDS = 110;

/** One round of one contender. */
export interface MissRound {
  /** One picture after the other. */
  readonly alone: { readonly cpuMs: number; readonly milliseconds: number };
  /** Sixteen in flight. */
  readonly crowd: {
    readonly cpuMs: number;
    readonly perSecond: number;
    /** p50 and p99 in milliseconds. */
    readonly latencies: readonly number[];
  };
  readonly peakBytes: number;
}

export interface Misses {
  readonly task: Task;
  readonly peers: readonly Rounds<MissRound>[];
  readonly outputs: readonly Output[];
}

/** Starts bare sharp, Freshet and everybody who is here and makes that format; who is not is named. */
export async function startRunners(
  task: Task,
  parts: Parts,
  progress: Progress,
  wanted = PEERS,
): Promise<readonly Runner[]> {
  const { pictures, origin, leaveOut } = parts;
  const runners: Runner[] = [await startLoop(pictures)];
  const attempt = async (name: string, start: () => Promise<Runner>) => {
    progress(`starting ${name}`);
    try {
      runners.push(await start());
    } catch (error) {
      // Without Freshet there is nothing to compare.
      if (name === "freshet") throw error;
      leaveOut(name, error instanceof Error ? error.message : String(error));
    }
  };
  try {
    for (const peer of wanted) {
      if (peer.formats.includes(task.format))
        await attempt(peer.name, async () => overHttp(peer, await peer.start(origin), parts));
    }
    if (wanted === PEERS && task.format !== "avif")
      await attempt("vipsthumbnail", () => startVipsthumbnail(pictures));
    return runners;
  } catch (error) {
    for (const runner of runners) await runner.stop();
    throw error;
  }
}

/** Uncached JPEG of 12 to 24 megapixels → the task, each alone and then sixteen in flight. */
export async function compareMisses(
  task: Task,
  parts: Parts,
  options: Options,
  progress: Progress,
): Promise<Misses> {
  const what = `misses to ${task.format}`;
  const runners = await startRunners(task, parts, progress);
  try {
    progress(`${what}: comparing what each gives`);
    const outputs = await checkOutputs(runners, task, parts.pictures);
    const { length } = parts.pictures.names;
    const count = options.quick ? 2 * length : PICTURES;
    for (const runner of runners) await runner.run({ task, count: 2 * length, inFlight: 2 });
    const peers = await takeRounds(what, runners, (runner) => measure(runner, task, count), {
      ...options,
      seconds: SECONDS,
      progress,
    });
    return { task, peers, outputs };
  } finally {
    for (const runner of runners) await runner.stop();
  }
}

async function measure(runner: Runner, task: Task, count: number): Promise<MissRound> {
  resetPeak(runner.pid);
  const cpuOf = async (inFlight: number) => {
    const before = usageOf(runner.pid).cpuMs;
    const took = await runner.run({ task, count, inFlight });
    await pause(AFTERMATH_MS);
    return { ...took, cpuMs: (usageOf(runner.pid).cpuMs - before) / count };
  };
  const first = await cpuOf(1);
  const second = await cpuOf(IN_FLIGHT);
  return {
    alone: { cpuMs: first.cpuMs, milliseconds: median(first.latencies) },
    crowd: {
      cpuMs: second.cpuMs,
      perSecond: (count / second.milliseconds) * 1_000,
      latencies: [quantile(second.latencies, 0.5), quantile(second.latencies, 0.99)],
    },
    peakBytes: usageOf(runner.pid).peakBytes,
  };
}
