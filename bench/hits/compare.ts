import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { usageOf } from "../accounting.ts";
import { NotHere, type Parts, type Progress } from "../cell.ts";
import { readMetrics } from "../metrics.ts";
import type { Options } from "../options.ts";
import { renderBare } from "../peers/loop/picture.ts";
import {
  deliveryUrl,
  type Server,
  startNginx,
  startNode,
  startOwn,
  startPlainVarnish,
  startProxyCache,
} from "../peers.ts";
import { isInstalled } from "../programs.ts";
import { type Rounds, takeRounds } from "../rounds.ts";
import { ACCEPT, load, SERVER_CORE } from "./load.ts";

const WARM_SECONDS = 1;
/** Seconds after which no round of a body begins. */
const SECONDS = 80;

/** What is asked for again and again: its width, and the bytes it should have. */
const BODIES = [
  { label: "15 kB", width: 480, bytes: 14_600 },
  { label: "25 kB", width: 640, bytes: 25_000 },
  { label: "282 kB", width: 2000, bytes: 282_000 },
] as const;

/** The same server without analytics: what counting each hit costs. */
export const NOT_COUNTING = "freshet, not counting";
export const STATIC = "nginx static";

/** One round of one peer. */
export interface HitRound {
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
  /** p50 and p99 in milliseconds. */
  readonly latencies: readonly number[];
}

export interface HitComparison {
  readonly label: (typeof BODIES)[number]["label"];
  readonly bytes: number;
  readonly peers: readonly Rounds<HitRound>[];
}

/** Hits of the memory tier beside servers of files and caches of others; each server on one core, the load on another. */
export async function compareHits(
  parts: Parts,
  options: Options,
  progress: Progress,
): Promise<readonly HitComparison[]> {
  if (!isInstalled("wrk")) throw new NotHere("wrk, which makes the load, is not installed");
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
  parts: Parts,
  options: Options,
  progress: Progress,
): Promise<HitComparison> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-hits-"));
  const contenders: Contender[] = [];
  try {
    progress(`hits of ${label}: preparing`);
    const [name = ""] = parts.pictures.names;
    const quality = await qualityFor(await readFile(join(parts.pictures.folder, name)), width, bytes);
    const own = await startOwn(SERVER_CORE);
    const urlAt = (server: Server) =>
      deliveryUrl(server, parts.origin.pictureUrl("hit", name), width, quality);
    contenders.push({ name: "freshet", server: own, url: urlAt(own) });
    const idle = await startOwn(SERVER_CORE, { analytics: { enabled: false } });
    contenders.push({ name: NOT_COUNTING, server: idle, url: urlAt(idle) });
    const body = await given(urlAt(own));
    await startOthers(folder, body, contenders, parts);
    for (const { name: peer, url } of contenders) {
      if (!(await given(url)).equals(body)) throw new Error(`${peer} does not give the same bytes.`);
    }

    // Compiled code, the file's descriptor.
    for (const { url } of contenders) await load(url, WARM_SECONDS);
    const seconds = options.quick ? 1 : 2;
    const peers = await takeRounds(`hits of ${label}`, contenders, (each) => measure(each, seconds), {
      ...options,
      seconds: SECONDS,
      progress,
    });
    const metrics = await readMetrics(own.url);
    const elsewhere = metrics("freshet_answers_total") - metrics('freshet_answers_total{from="memory"}');
    if (elsewhere > 2) throw new Error(`${elsewhere} of Freshet's hits did not come from memory.`);
    return { label, bytes: body.length, peers };
  } finally {
    for (const { server } of contenders) await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Those who serve the same bytes from a file or from what they keep of it. */
async function startOthers(
  folder: string,
  body: Uint8Array,
  contenders: Contender[],
  { leaveOut }: Parts,
): Promise<void> {
  const path = "/hit.webp";
  await writeFile(join(folder, path), body);
  const add = (name: string, server: Server) =>
    contenders.push({ name, server, url: `${server.url}${path}` });
  const file = join(folder, path);
  add("node:http", await startNode(file, SERVER_CORE));
  if (!isInstalled("nginx")) return leaveOut("nginx", "it is not installed");
  const nginx = await startNginx(folder, SERVER_CORE);
  add(STATIC, nginx);
  add("nginx proxy_cache", await startProxyCache(nginx, SERVER_CORE));
  try {
    add("Varnish", await startPlainVarnish(nginx, SERVER_CORE));
  } catch (error) {
    leaveOut("Varnish", error instanceof Error ? error.message : String(error));
  }
}

async function given(url: string): Promise<Buffer> {
  const answer = await fetch(url, { headers: { accept: ACCEPT } });
  if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}: nothing to compare.`);
  return Buffer.from(await answer.arrayBuffer());
}

async function measure({ server, url }: Contender, seconds: number): Promise<HitRound> {
  const before = usageOf(server.pid).cpuMs;
  const { requests, perSecond, latencies } = await load(url, seconds);
  const spent = usageOf(server.pid).cpuMs - before;
  return { cpuMicroseconds: (spent * 1_000) / requests, perSecond, latencies };
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
