import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { usageOf } from "./accounting.ts";
import { readMetrics } from "./metrics.ts";
import type { Options } from "./options.ts";
import { renderBare } from "./peers/loop/picture.ts";
import { deliveryUrl, type Origin, type Server, startNginx, startNode, startOwn } from "./peers.ts";
import type { Pictures } from "./pictures.ts";
import { isInstalled, onCore } from "./programs.ts";
import { rotated } from "./statistics.ts";

const run = promisify(execFile);

const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const CONNECTIONS = 32;
const WARM_SECONDS = 2;
const ACCEPT = "image/avif,image/webp,image/*,*/*;q=0.8";

/** What is asked for again and again: its width, and the bytes it should have. */
const BODIES = [
  { label: "15 kB", width: 480, bytes: 15_000 },
  { label: "280 kB", width: 2000, bytes: 280_000 },
] as const;

/** The same server without analytics: what counting each hit costs. */
export const NOT_COUNTING = "freshet, not counting";

/** One round of one peer. */
export interface HitRound {
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
  /** Milliseconds: half of the answers came within the first, all but one of a hundred within the second. */
  readonly latencies: readonly number[];
}

export interface HitPeer {
  readonly name: string;
  readonly rounds: HitRound[];
}

export interface HitComparison {
  readonly label: string;
  readonly bytes: number;
  readonly peers: readonly HitPeer[];
}

interface Parts {
  readonly pictures: Pictures;
  readonly origin: Origin;
  readonly leaveOut: (peer: string, why: string) => void;
}

/** Hits of the memory tier against nginx serving a file and against node:http with one Buffer; each server on one core. */
export async function compareHits(
  parts: Parts,
  options: Options,
  progress: (text: string) => void,
): Promise<readonly HitComparison[]> {
  if (!isInstalled("wrk")) {
    parts.leaveOut("hits", "wrk, which makes the load, is not installed");
    return [];
  }
  const comparisons: HitComparison[] = [];
  for (const body of options.quick ? BODIES.slice(0, 1) : BODIES) {
    comparisons.push(await compareBody(body, parts, options, progress));
  }
  return comparisons;
}

interface Contender {
  readonly name: string;
  readonly server: Server;
  readonly url: string;
}

async function compareBody(
  { label, width, bytes }: (typeof BODIES)[number],
  { pictures, origin, leaveOut }: Parts,
  options: Options,
  progress: (text: string) => void,
): Promise<HitComparison> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-hits-"));
  const contenders: Contender[] = [];
  try {
    progress(`hits of ${label}: preparing`);
    const [name = ""] = pictures.names;
    const quality = await qualityFor(await readFile(join(pictures.folder, name)), width, bytes);
    const own = await startOwn(SERVER_CORE);
    contenders.push({
      name: "freshet",
      server: own,
      url: deliveryUrl(own, origin.pictureUrl("hit", name), width, quality),
    });
    const idle = await startOwn(SERVER_CORE, { analytics: { enabled: false } });
    contenders.push({
      name: NOT_COUNTING,
      server: idle,
      url: deliveryUrl(idle, origin.pictureUrl("hit", name), width, quality),
    });
    const body = await given(contenders[0]?.url ?? "");
    const file = join(folder, "hit.webp");
    await writeFile(file, body);
    const node = await startNode(file, SERVER_CORE);
    contenders.push({ name: "node:http", server: node, url: `${node.url}/hit.webp` });
    if (isInstalled("nginx")) {
      const nginx = await startNginx(folder, SERVER_CORE);
      contenders.push({ name: "nginx", server: nginx, url: `${nginx.url}/hit.webp` });
    } else {
      leaveOut("nginx", "it is not installed");
    }
    for (const { name: peer, url } of contenders) {
      if (!(await given(url)).equals(body)) throw new Error(`${peer} does not give the same bytes.`);
    }

    // Compiled code, the file's descriptor.
    for (const { url } of contenders) await load(url, WARM_SECONDS);
    const peers = contenders.map(({ name }): HitPeer => ({ name, rounds: [] }));
    for (let round = 0; round < options.rounds; round += 1) {
      for (const contender of rotated(contenders, round)) {
        progress(`hits of ${label}: round ${round + 1} of ${options.rounds}, ${contender.name}`);
        const measured = await measure(contender, options.quick ? 1 : 2);
        peers.find(({ name }) => name === contender.name)?.rounds.push(measured);
      }
    }
    const metrics = await readMetrics(own.url);
    const elsewhere = metrics("freshet_answers_total") - metrics('freshet_answers_total{from="memory"}');
    if (elsewhere > 2) throw new Error(`${elsewhere} of Freshet's hits did not come from memory.`);
    return { label, bytes: body.length, peers };
  } finally {
    for (const { server } of contenders) await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function given(url: string): Promise<Buffer> {
  const answer = await fetch(url, { headers: { accept: ACCEPT } });
  if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}: nothing to compare.`);
  return Buffer.from(await answer.arrayBuffer());
}

async function measure({ server, url }: Contender, seconds: number): Promise<HitRound> {
  const before = usageOf(server.pid);
  const { requests, perSecond, latencies } = await load(url, seconds);
  const after = usageOf(server.pid);
  return { cpuMicroseconds: ((after.cpuMs - before.cpuMs) * 1000) / requests, perSecond, latencies };
}

/** Closed loop: every connection asks again as soon as it was answered. */
async function load(url: string, seconds: number) {
  const options = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", "-H", `Accept: ${ACCEPT}`];
  const [command = "wrk", ...args] = [...onCore(CLIENT_CORE), "wrk", ...options, url];
  const { stdout } = await run(command, args);
  const failed = /Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)/.exec(stdout);
  if (failed) throw new Error(`${url} did not answer every request:\n${stdout}`);
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
  return {
    requests: number(/(\d+) requests in/),
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    latencies: [milliseconds(/50%\s+(\S+)/.exec(stdout)?.[1]), milliseconds(/99%\s+(\S+)/.exec(stdout)?.[1])],
  };
}

/** wrk writes "310.00us", "1.25ms" or "2.01s". */
function milliseconds(text = ""): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(value) * (unit === "us" ? 0.001 : unit === "s" ? 1000 : 1);
}

/** The quality whose file comes closest to the size, so that different pictures give comparable hits. */
async function qualityFor(original: Uint8Array, width: number, bytes: number): Promise<number> {
  let [low, high] = [5, 100];
  while (high - low > 1) {
    const middle = Math.round((low + high) / 2);
    if ((await renderBare(original, width, middle)).length < bytes) low = middle;
    else high = middle;
  }
  return low;
}
