import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { usageOf } from "../accounting.ts";
import { readMetrics } from "../metrics.ts";
import type { Options } from "../options.ts";
import { type Origin, type Server, startNginx, startOwn } from "../peers.ts";
import type { Pictures } from "../pictures.ts";
import { isInstalled, onCore } from "../programs.ts";
import { rotated } from "../statistics.ts";

const run = promisify(execFile);

const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const CONNECTIONS = 32;
const WARM_SECONDS = 3;
const ACCEPT = "image/webp,image/*,*/*;q=0.8";
/** The smallest memory tier there is: these bodies, asked for in turn, do not stay in it. */
const MEMORY_BYTES = 2 ** 20;
const PICTURES = 240;
const FIRST_WIDTH = 400;
const QUALITY = 70;

/** One round of one peer. */
export interface DiskRound {
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
}

export interface DiskComparison {
  /** Bytes of a body, on average. */
  readonly bytes: number;
  /** Part of Freshet's answers that came from the disk; the rest memory had. */
  readonly fromDisk: number;
  readonly peers: readonly { readonly name: string; readonly rounds: DiskRound[] }[];
}

interface Parts {
  readonly pictures: Pictures;
  readonly origin: Origin;
  readonly leaveOut: (peer: string, why: string) => void;
}

interface Contender {
  readonly name: string;
  readonly server: Server;
  readonly script: string;
}

/** Hits of the disk tier, of many bodies in turn, against nginx serving the same bytes as files; each server on one core. */
export async function compareDiskHits(
  { pictures, origin, leaveOut }: Parts,
  options: Options,
  progress: (text: string) => void,
): Promise<DiskComparison | undefined> {
  if (!isInstalled("wrk") || !isInstalled("nginx")) {
    leaveOut("disk hits", "wrk, which makes the load, or nginx, which is compared with, is not installed");
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), "freshet-disk-"));
  const contenders: Contender[] = [];
  try {
    const [name = ""] = pictures.names;
    const own = await startOwn(SERVER_CORE, { limits: { memoryBytes: MEMORY_BYTES } });
    const original = origin.pictureUrl("disk", name);
    const count = options.quick ? PICTURES / 2 : PICTURES;
    const paths = Array.from(
      { length: count },
      (_, at) => `/v7/${original}?w=${FIRST_WIDTH + at}&force_format=webp&q=${QUALITY}`,
    );
    let bytes = 0;
    for (const [at, path] of paths.entries()) {
      if (at % 40 === 0) progress(`disk hits: preparing, ${at} of ${count}`);
      const body = await given(own.url + path);
      bytes += body.length / count;
      await writeFile(join(folder, `${at}.webp`), body);
    }
    const nginx = await startNginx(folder, SERVER_CORE);
    const scriptOf = async (peer: string, targets: readonly string[]) => {
      const file = join(folder, `${peer}.lua`);
      await writeFile(file, luaOf(targets));
      return file;
    };
    contenders.push({ name: "freshet", server: own, script: await scriptOf("freshet", paths) });
    const files = paths.map((_, at) => `/${at}.webp`);
    contenders.push({ name: "nginx", server: nginx, script: await scriptOf("nginx", files) });
    for (const [at, path] of paths.entries()) {
      const [one, other] = [await given(own.url + path), await given(`${nginx.url}/${at}.webp`)];
      if (!one.equals(other)) throw new Error("Freshet and nginx do not give the same bytes.");
    }

    for (const contender of contenders) await load(contender, WARM_SECONDS);
    const peers = contenders.map(({ name: peer }) => ({ name: peer, rounds: [] as DiskRound[] }));
    const before = await answers(own.url);
    for (let round = 0; round < options.rounds; round += 1) {
      for (const contender of rotated(contenders, round)) {
        progress(`disk hits: round ${round + 1} of ${options.rounds}, ${contender.name}`);
        const begun = usageOf(contender.server.pid);
        const { requests, perSecond } = await load(contender, options.quick ? 1 : 2);
        const cpuMs = usageOf(contender.server.pid).cpuMs - begun.cpuMs;
        peers
          .find((peer) => peer.name === contender.name)
          ?.rounds.push({ cpuMicroseconds: (cpuMs * 1000) / requests, perSecond });
      }
    }
    const after = await answers(own.url);
    if (after.rendered !== before.rendered) throw new Error("Freshet rendered while its disk was measured.");
    const fromDisk = (after.disk - before.disk) / (after.all - before.all);
    return { bytes: Math.round(bytes), fromDisk, peers };
  } finally {
    for (const { server } of contenders) await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function answers(url: string) {
  const metrics = await readMetrics(url);
  const from = (place: string) => metrics(`freshet_answers_total{from="${place}"}`);
  return { all: metrics("freshet_answers_total"), disk: from("disk"), rendered: from("rendered") };
}

async function given(url: string): Promise<Buffer> {
  const answer = await fetch(url, { headers: { accept: ACCEPT } });
  if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}: nothing to compare.`);
  return Buffer.from(await answer.arrayBuffer());
}

/** Every connection asks for the next of all targets. */
const luaOf = (targets: readonly string[]): string => `
local targets = { ${targets.map((target) => JSON.stringify(target)).join(", ")} }
local requests, at = {}, 0
init = function() for i, target in ipairs(targets) do requests[i] = wrk.format("GET", target) end end
request = function() at = at % #requests + 1; return requests[at] end
`;

/** Closed loop: every connection asks again as soon as it was answered. */
async function load({ server, script }: Contender, seconds: number) {
  const options = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "-s", script, "-H", `Accept: ${ACCEPT}`];
  const [command = "wrk", ...args] = [...onCore(CLIENT_CORE), "wrk", ...options, server.url];
  const { stdout } = await run(command, args);
  const failed = /Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)/.exec(stdout);
  if (failed) throw new Error(`${server.url} did not answer every request:\n${stdout}`);
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
  return { requests: number(/(\d+) requests in/), perSecond: number(/Requests\/sec:\s+([\d.]+)/) };
}
