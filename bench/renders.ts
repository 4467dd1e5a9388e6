import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { resetPeak, usageOf } from "./accounting.ts";
import { compare, fetchRendition } from "./check.ts";
import type { Options } from "./options.ts";
import { deliveryUrl, ipxUrl, type Origin, type Server, startIpx, startOwn } from "./peers.ts";
import type { Pictures } from "./pictures.ts";
import { forkProgram, pause } from "./programs.ts";
import { median, quantile, rotated } from "./statistics.ts";

const IN_FLIGHT = 16;
/** Milliseconds in which a server finishes what it does after its answer; it is counted as well. */
const AFTERMATH_MS = 200;

/** One round of one peer. */
export interface RenderRound {
  readonly cpuMs: number;
  /** Milliseconds of one picture with nobody else asking. */
  readonly alone: number;
  /** Pictures a second with sixteen in flight. */
  readonly perSecond: number;
  readonly latencies: readonly number[];
  readonly peakBytes: number;
}

export interface RenderPeer {
  readonly name: string;
  readonly rounds: RenderRound[];
}

interface Runner {
  readonly name: string;
  readonly pid: number;
  /** Of a rendition of the original; absent for what is no server. */
  readonly urlOf?: (original: string) => string;
  run(
    count: number,
    inFlight: number,
  ): Promise<{ readonly milliseconds: number; readonly latencies: readonly number[] }>;
  stop(): Promise<void>;
}

/** Uncached JPEG → WebP: bare sharp, Freshet and ipx, each picture once alone and then sixteen in flight. */
export async function compareRenders(
  parts: {
    readonly pictures: Pictures;
    readonly origin: Origin;
    readonly leaveOut: (peer: string, why: string) => void;
  },
  options: Options,
  progress: (text: string) => void,
): Promise<readonly RenderPeer[]> {
  const { pictures, origin } = parts;
  const runners: Runner[] = [await startLoop(pictures)];
  try {
    const own = await startOwn();
    runners.push(overHttp("freshet", own, (original) => deliveryUrl(own, original), parts));
    await startIpx().then(
      (ipx) => runners.push(overHttp("ipx", ipx, (original) => ipxUrl(ipx, original), parts)),
      (error: Error) => parts.leaveOut("ipx", error.message),
    );
    progress("renders: comparing what each gives");
    await checkOutputs({ pictures, origin }, runners);

    const peers = runners.map(({ name }): RenderPeer => ({ name, rounds: [] }));
    const alone = options.quick ? pictures.names.length / 2 : pictures.names.length;
    const together = options.quick ? 12 : 24;
    for (let round = 0; round < options.rounds; round += 1) {
      for (const runner of rotated(runners, round)) {
        progress(`renders: round ${round + 1} of ${options.rounds}, ${runner.name}`);
        const measured = await measure(runner, Math.ceil(alone), together);
        peers.find(({ name }) => name === runner.name)?.rounds.push(measured);
      }
    }
    return peers;
  } finally {
    for (const runner of runners) await runner.stop();
  }
}

async function measure(runner: Runner, alone: number, together: number): Promise<RenderRound> {
  resetPeak(runner.pid);
  const before = usageOf(runner.pid);
  const first = await runner.run(alone, 1);
  const second = await runner.run(together, IN_FLIGHT);
  await pause(AFTERMATH_MS);
  const after = usageOf(runner.pid);
  return {
    cpuMs: (after.cpuMs - before.cpuMs) / (alone + together),
    alone: median(first.latencies),
    perSecond: (together / second.milliseconds) * 1000,
    latencies: [quantile(second.latencies, 0.5), quantile(second.latencies, 0.99)],
    peakBytes: after.peakBytes,
  };
}

async function startLoop({ folder, names }: Pictures): Promise<Runner> {
  const inParallel = availableParallelism();
  const script = join(import.meta.dirname, "peers/loop/loop.ts");
  const env = { MALLOC_ARENA_MAX: "2", UV_THREADPOOL_SIZE: String(inParallel) };
  const program = await forkProgram(script, [folder, ...names], env);
  return {
    name: "bare sharp",
    pid: program.pid,
    async run(count, inFlight) {
      program.child.send({ count, inFlight: Math.min(inFlight, inParallel) });
      const [measured] = await once(program.child, "message");
      return measured as { readonly milliseconds: number; readonly latencies: readonly number[] };
    },
    stop: program.stop,
  };
}

let asked = 0;

function overHttp(
  name: string,
  server: Server,
  urlOf: (original: string) => string,
  { pictures, origin }: { readonly pictures: Pictures; readonly origin: Origin },
): Runner {
  return {
    name,
    pid: server.pid,
    urlOf,
    async run(count, inFlight) {
      let next = 0;
      const latencies: number[] = [];
      const begun = performance.now();
      const client = async () => {
        while (next < count) {
          const picture = pictures.names[next % pictures.names.length] ?? "";
          next += 1;
          asked += 1;
          const start = performance.now();
          await fetchRendition(urlOf(origin.pictureUrl(`r${asked}`, picture)));
          latencies.push(performance.now() - start);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, client));
      return { milliseconds: performance.now() - begun, latencies };
    },
    stop: server.stop,
  };
}

async function checkOutputs(
  { pictures, origin }: { readonly pictures: Pictures; readonly origin: Origin },
  runners: readonly Runner[],
): Promise<void> {
  for (const picture of pictures.names) {
    const original = await readFile(join(pictures.folder, picture));
    for (const { name, urlOf } of runners) {
      if (urlOf)
        await compare(
          name,
          await fetchRendition(urlOf(origin.pictureUrl(`check-${name}`, picture))),
          original,
        );
    }
  }
}
