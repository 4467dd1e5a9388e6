import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../test/support/freshet.ts";
import type { Cell } from "../cell.ts";
import { WIDTH } from "../peers/loop/picture.ts";
import { takeRounds } from "../rounds.ts";
import { median, ratioOf } from "../statistics.ts";
import { table } from "../table.ts";

const SERVER = join(import.meta.dirname, "../../apps/server/dist/main.js");
const BARE = join(import.meta.dirname, "../peers/fastify/server.ts");
const SECONDS = 60;
const AGAIN_MS = 2;
const LATEST_MS = 60_000;
const STOP_MS = 12_000;

/** A server that is started for each round. */
interface Starter {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly urlOf: (original: string) => string;
}

/** From the start of the process to the first picture, a new one each time; the data folder was used before, as at a restart. */
export const firstPicture: Cell = {
  name: "start",
  group: "start",
  about: "process start to the first picture, beside bare node + fastify + sharp",
  async run({ pictures, origin }, options, progress) {
    const folder = await mkdtemp(join(tmpdir(), "freshet-start-"));
    try {
      const starters = [await freshet(folder), await bare()];
      const ask = (starter: Starter, round: number) =>
        startOnce(
          starter,
          starter.urlOf(origin.pictureUrl(`start-${starter.name.length}-${round}`, pictures.names[0] ?? "")),
        );
      // What a first start leaves behind, compiled code for example, the next one finds.
      for (const starter of starters) await ask(starter, -1);
      const peers = await takeRounds("start", starters, ask, { ...options, seconds: SECONDS, progress });
      const of = (name: string) => peers.find((peer) => peer.name === name)?.rounds ?? [];
      const rows = peers.map(({ name, rounds }) => [
        name,
        median(rounds).toFixed(0),
        Math.min(...rounds).toFixed(0),
      ]);
      return {
        figures: peers,
        tables: [
          table("Process start until the first picture of 12 megapixels, ms", [
            ["", "p50", "least"],
            ...rows,
          ]),
        ],
        measured: { G22: ratioOf(of("freshet"), of(BARE_NAME)) },
      };
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  },
};

const BARE_NAME = "node + fastify + sharp";

async function freshet(folder: string): Promise<Starter> {
  const port = await freePort();
  const project = {
    apiKey: "client_0123456789abcdef",
    origins: { allow: ["127.0.0.1"], allowPrivate: true },
  };
  await writeFile(join(folder, "freshet.config.json"), JSON.stringify({ projects: { bench: project } }));
  return {
    name: "freshet",
    command: [process.execPath, SERVER],
    env: {
      // As its launcher sets them.
      MALLOC_ARENA_MAX: "2",
      UV_THREADPOOL_SIZE: String(availableParallelism() + 4),
      NODE_COMPILE_CACHE: join(folder, "compiled"),
      FRESHET_CONFIG: join(folder, "freshet.config.json"),
      FRESHET_DATA: join(folder, "data"),
      PORT: String(port),
    },
    urlOf: (original) => `http://127.0.0.1:${port}/v7/${original}?w=${WIDTH}&force_format=webp&q=80`,
  };
}

async function bare(): Promise<Starter> {
  const port = await freePort();
  return {
    name: BARE_NAME,
    command: [process.execPath, BARE, SERVER, String(port)],
    env: {},
    urlOf: (original) => `http://127.0.0.1:${port}/?url=${encodeURIComponent(original)}&w=${WIDTH}`,
  };
}

/** Starts it, asks until there is a picture, ends it; milliseconds. */
async function startOnce({ name, command, env }: Starter, url: string): Promise<number> {
  const [program = "", ...args] = command;
  const begun = performance.now();
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  try {
    while (!(await isThere(url))) {
      if (child.exitCode !== null || performance.now() - begun > LATEST_MS)
        throw new Error(`${name} gave no picture: ${complaint}`);
      await sleep(AGAIN_MS);
    }
    return performance.now() - begun;
  } finally {
    await end(child);
    process.removeListener("exit", endWithUs);
  }
}

/** False while nobody listens; throws where the answer is no picture. */
function isThere(url: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (answer) => {
      answer.resume().on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve(true);
        else reject(new Error(`${url} was answered ${answer.statusCode}.`));
      });
    }).on("error", () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(late);
}
