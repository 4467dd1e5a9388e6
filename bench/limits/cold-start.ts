import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { MEMORY_ENV } from "../../scripts/memory.mjs";
import { freePort } from "../../test/support/freshet.ts";
import { startOrigin } from "../../test/support/origin.ts";
import { usageOf } from "../accounting.ts";
import { pictureAt } from "../ask.ts";
import type { Options } from "../options.ts";
import { pause } from "../programs.ts";

/** One start of one peer: from the process's beginning until a picture that was never asked for before was received whole. */
export interface ColdStart {
  readonly seconds: number;
  /** Of all processes of the peer until then. */
  readonly cpuMs: number;
}

export interface ColdStartPeer {
  readonly name: string;
  readonly rounds: ColdStart[];
}

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly url: string;
  /** Removed before each start. */
  readonly forget?: string;
  /** Starts that are not counted: they leave behind what later ones find. */
  readonly uncounted: number;
}

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "apps/server/dist/main.js");
const BARE = join(ROOT, "bench/peers/bare/server.ts");
const PICTURE = { width: 1_280, height: 960 };
const [WIDTH, QUALITY] = [400, 80];
const LONGEST_MS = 30_000;
const BETWEEN_TRIES_MS = 4;

/**
 * Starts the server anew and anew, in turns with the least program that does the same with the same parts, and asks each for one picture as soon as it
 * listens. The server finds what an earlier start left in its data folder, as it does after an update of the machine; once more it
 * finds nothing.
 */
export async function compareColdStarts(
  options: Options,
  progress: (text: string) => void,
): Promise<readonly ColdStartPeer[]> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-cold-start-"));
  const origin = await startOrigin();
  try {
    const contenders = await contendersIn(folder, await plainBare(), `${origin.url}/picture.jpg`);
    const peers: (ColdStartPeer & { readonly of: Contender })[] = contenders.map((of) => ({
      name: of.name,
      rounds: [],
      of,
    }));
    const begin = async (contender: Contender, round: number) => {
      // Other bytes each time, or the server would know them again.
      origin.put("/picture.jpg", await photograph(round));
      if (contender.forget !== undefined)
        await rm(contender.forget, { recursive: true, force: true, maxRetries: 5 });
      return start(contender);
    };
    for (const contender of contenders)
      for (let round = 1; round <= contender.uncounted; round += 1) await begin(contender, -round);
    for (let round = 0; round < options.rounds; round += 1) {
      progress(`cold start: round ${round + 1} of ${options.rounds}`);
      // The order moves on by one each round.
      for (let turn = 0; turn < peers.length; turn += 1) {
        const peer = peers[(round + turn) % peers.length];
        peer?.rounds.push(await begin(peer.of, round * peers.length + turn));
      }
    }
    return peers.map(({ name, rounds }) => ({ name, rounds }));
  } finally {
    await origin.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** As plain JavaScript: reading TypeScript would cost it a tenth of its start. Its packages are found from the root. */
async function plainBare(): Promise<string> {
  const folder = join(ROOT, ".cache");
  const file = join(folder, "bench-bare.mjs");
  await mkdir(folder, { recursive: true });
  await writeFile(file, stripTypeScriptTypes(await readFile(BARE, "utf8")));
  return file;
}

async function contendersIn(folder: string, bare: string, original: string): Promise<readonly Contender[]> {
  const config = join(folder, "freshet.config.json");
  const project = {
    apiKey: "client_0123456789abcdef",
    origins: { allow: ["127.0.0.1"], allowPrivate: true },
  };
  await writeFile(config, JSON.stringify({ projects: { bench: project } }));
  const own = async (name: string, isFirst: boolean): Promise<Contender> => {
    const port = await freePort();
    const data = join(folder, name.replaceAll(/\W+/g, "-"));
    return {
      name,
      command: [process.execPath, MAIN],
      env: {
        // As the unit of systemd and the launcher set them.
        ...MEMORY_ENV,
        UV_THREADPOOL_SIZE: String(availableParallelism() + 4),
        FRESHET_CONFIG: config,
        FRESHET_DATA: data,
        PORT: String(port),
      },
      url: `http://127.0.0.1:${port}/v7/${original}?w=${WIDTH}&force_format=webp&q=${QUALITY}`,
      ...(isFirst ? { forget: data } : {}),
      uncounted: isFirst ? 0 : 2,
    };
  };
  const barePort = await freePort();
  return [
    {
      name: "node + fastify + sharp",
      command: [process.execPath, bare, String(barePort)],
      env: {},
      url: `http://127.0.0.1:${barePort}/?url=${encodeURIComponent(original)}&w=${WIDTH}&q=${QUALITY}`,
      uncounted: 1,
    },
    await own("freshet", false),
    await own("freshet, in an empty folder", true),
  ];
}

async function start({ name, command, env, url }: Contender): Promise<ColdStart> {
  const [program = "", ...args] = command;
  const begun = performance.now();
  const inherited = Object.entries(process.env).filter(([key]) => !/^(FRESHET_|NODE_|PORT$)/.test(key));
  const child = spawn(program, args, {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  try {
    const bytes = await firstAnswer(url, () => child.exitCode !== null);
    const seconds = (performance.now() - begun) / 1000;
    const { cpuMs } = usageOf(child.pid ?? 0);
    const { format, width } = await sharp(bytes).metadata();
    if (format !== "webp" || width !== WIDTH)
      throw new Error(`${name} gave ${format}, ${width} pixels wide.`);
    return { seconds, cpuMs };
  } finally {
    child.kill("SIGTERM");
    await ended;
    process.removeListener("exit", killWithUs);
  }
}

/** Asks until somebody listens; whoever listens has to give the picture, or say that it is not ready yet. */
async function firstAnswer(url: string, hasEnded: () => boolean): Promise<Buffer> {
  const agent = new Agent({ keepAlive: false });
  for (
    const begun = Date.now();
    Date.now() - begun < LONGEST_MS && !hasEnded();
    await pause(BETWEEN_TRIES_MS)
  ) {
    const answer = await bodyOf(url, agent);
    if (answer !== undefined) return answer;
  }
  throw new Error(`${url} was not answered.`);
}

/** Undefined while nobody listens. */
const bodyOf = (url: string, agent: Agent): Promise<Buffer | undefined> =>
  pictureAt(url, agent, "image/webp,*/*").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED") return undefined;
    throw error;
  });

/** A picture with something in it, other for each number. */
function photograph(number: number): Promise<Buffer> {
  const { width, height } = PICTURE;
  const circles = Array.from({ length: 60 }, (_, at) => {
    const [x, y] = [(at * 397 + number * 31) % width, (at * 211) % height];
    return `<circle cx="${x}" cy="${y}" r="${20 + ((at * 37) % 120)}" fill="hsl(${(at * 47) % 360} 60% 60%)" fill-opacity=".6"/>`;
  });
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${circles.join("")}</svg>`;
  return sharp(Buffer.from(drawing)).flatten({ background: "#89a" }).jpeg({ quality: 85 }).toBuffer();
}
