import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { usageOf } from "../accounting.ts";
import type { Cell } from "../cell.ts";
import { readMetrics } from "../metrics.ts";
import { deliveryUrl, type Server, startOwn } from "../peers.ts";
import { onCore } from "../programs.ts";
import { takeRounds } from "../rounds.ts";
import { exactly, median, ratioOf } from "../statistics.ts";
import { shown, table } from "../table.ts";
import { CLIENT_CORE, SERVER_CORE } from "./load.ts";

const run = promisify(execFile);
const CLIENT = join(import.meta.dirname, "../peers/raw/load.ts");
const CONNECTIONS = 16;
const SECONDS = 60;
/** About 15 kB. */
const WIDTH = 480;

/** 304 and HEAD beside a whole hit of the same URL, by the same client: what needs no body should cost less than one. */
export const conditional: Cell = {
  name: "conditional",
  group: "hits",
  about: "304 and HEAD beside a memory hit of the same URL",
  async run({ pictures, origin }, options, progress) {
    const own = await startOwn(SERVER_CORE);
    try {
      const url = deliveryUrl(own, origin.pictureUrl("conditional", pictures.names[0] ?? ""), WIDTH);
      const etag = await etagOf(url);
      const kinds = [
        { name: "200", method: "GET", etag: "" },
        { name: "304", method: "GET", etag },
        { name: "HEAD", method: "HEAD", etag: "" },
      ];
      for (const kind of kinds) await answersOf(url, kind, 1);
      const before = await readMetrics(own.url);
      const seconds = options.quick ? 1 : 2;
      const peers = await takeRounds("conditional", kinds, (kind) => measure(own, url, kind, seconds), {
        ...options,
        seconds: SECONDS,
        progress,
      });
      const after = await readMetrics(own.url);
      const risen = (name: string) => after(name) - before(name);
      const worked = risen("freshet_render_seconds_count") + risen('freshet_answers_total{from="disk"}');
      const of = (name: string) => peers.find((peer) => peer.name === name)?.rounds ?? [];
      const rows = peers.map(({ name, rounds }) => [
        name,
        median(rounds).toFixed(1),
        shown(ratioOf(rounds, of("200"))),
      ]);
      return {
        figures: { peers, worked },
        tables: [
          table("A memory hit of about 15 kB, whole and without its body, one core, 16 connections", [
            ["", "CPU µs/request", "× 200"],
            ...rows,
          ]),
        ],
        measured: {
          "G10.304": ratioOf(of("304"), of("200")),
          "G10.head": ratioOf(of("HEAD"), of("200")),
          "G10.renders": exactly(worked),
        },
      };
    } finally {
      await own.stop();
    }
  },
};

interface Kind {
  readonly method: string;
  readonly etag: string;
}

async function measure(server: Server, url: string, kind: Kind, seconds: number): Promise<number> {
  const before = usageOf(server.pid).cpuMs;
  const answers = await answersOf(url, kind, seconds);
  return ((usageOf(server.pid).cpuMs - before) * 1_000) / answers;
}

async function answersOf(url: string, { method, etag }: Kind, seconds: number): Promise<number> {
  const load = [process.execPath, CLIENT, url, method, etag, String(CONNECTIONS), String(seconds)];
  const [command = "", ...args] = [...onCore(CLIENT_CORE), ...load];
  return Number((await run(command, args)).stdout);
}

async function etagOf(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { accept: "image/avif,image/webp,image/*,*/*;q=0.8" } });
  await answer.arrayBuffer();
  const etag = answer.headers.get("etag");
  if (answer.status !== 200 || etag === null)
    throw new Error(`${url} was answered ${answer.status} ${etag}.`);
  return etag;
}
