import { setTimeout as sleep } from "node:timers/promises";
import type { Cell, Outcome, Parts } from "../cell.ts";
import { load } from "../hits/load.ts";
import { readMetrics } from "../metrics.ts";
import { deliveryUrl, type Server, startOwn } from "../peers.ts";
import { isInstalled } from "../programs.ts";
import { type Rounds, takeRounds } from "../rounds.ts";
import { median, quantile, ratioOf, summarised } from "../statistics.ts";
import { table } from "../table.ts";
import { type FileServer, startFileServer } from "./file-server.ts";
import { HITS_PER_SECOND, hitsFor, timed } from "./steady-hits.ts";

/** Clients that each want a picture nobody asked for before, always. */
const MISSING = 32;
const SECONDS = 90;
/** Until a client asks again that was told 503. */
const AGAIN_MS = 200;

/** Milliseconds of each hit. */
interface Latencies {
  readonly idle: readonly number[];
  readonly saturated: readonly number[];
}

interface SaturationRound extends Latencies {
  /** Of nginx serving a file of the same bytes beside the same misses: how long the machine lets a hit wait. Absent without nginx. */
  readonly file?: Latencies | undefined;
  /** Hits a second in a closed loop of four; absent without wrk. */
  readonly rate?: { readonly idle: number; readonly saturated: number };
}

type Side = keyof Latencies;

/** Where the hits come from: a body that a small memory tier does not keep comes from the disk every time. */
const TIERS = [
  { name: "memory", width: 480, limits: {} },
  { name: "disk", width: 1_600, limits: { memoryBytes: 2 ** 20 } },
] as const;

interface Tier {
  readonly name: (typeof TIERS)[number]["name"];
  readonly width: number;
  readonly server: Server;
  readonly nginx: FileServer | undefined;
}

/** Whether hits wait behind renders: hits at a fixed rate, alone and while 32 misses wait. */
export const saturation: Cell = {
  name: "saturation",
  group: "stress",
  about: "hits of memory and of the disk while 32 misses wait for the cores",
  async run(parts, options, progress) {
    const tiers: Tier[] = [];
    const nginx = await startFileServer();
    if (!nginx)
      parts.leaveOut("nginx static beside the same misses", "not installed (apt-get install nginx)");
    try {
      for (const { name, width, limits } of TIERS) {
        const server = await startOwn(undefined, { limits });
        tiers.push({ name, width, server, nginx: name === "memory" ? nginx : undefined });
      }
      const seconds = options.quick ? 2 : 4;
      const taken = await takeRounds(
        "saturation",
        tiers,
        (tier, round) => oneRound(tier, parts, round, seconds),
        { ...options, seconds: SECONDS, progress },
      );
      return report(taken);
    } finally {
      for (const { server } of tiers) await server.stop();
      await nginx?.stop();
    }
  },
};

function report(tiers: readonly Rounds<SaturationRound>[]): Outcome {
  const of = (name: Tier["name"]) => tiers.find((tier) => tier.name === name)?.rounds ?? [];
  const p99 = (name: Tier["name"], side: Side) => of(name).map((round) => quantile(round[side], 0.99));
  const files = of("memory").flatMap(({ file }) => (file ? [file] : []));
  const rows = [...tiers, ...(files.length > 0 ? [{ name: "nginx static", rounds: files }] : [])].flatMap(
    ({ name, rounds }) =>
      (["idle", "saturated"] as const).map((side) => [
        `${name}, ${side === "idle" ? "alone" : `while ${MISSING} misses wait`}`,
        ...[0.5, 0.99, 1].map((share) =>
          median(rounds.map((round: Latencies) => quantile(round[side], share))).toFixed(1),
        ),
      ]),
  );
  const rates = of("memory").flatMap(({ rate }) => (rate ? [rate] : []));
  return {
    figures: tiers,
    tables: [
      table(`${HITS_PER_SECOND} hits a second, milliseconds`, [["", "p50", "p99", "longest"], ...rows]),
    ],
    measured: {
      "G12.memory": ratioOf(p99("memory", "saturated"), p99("memory", "idle")),
      "G12.memory.ms": summarised(p99("memory", "saturated")),
      "G12.disk": ratioOf(p99("disk", "saturated"), p99("disk", "idle")),
      "G12.disk.ms": summarised(p99("disk", "saturated")),
      ...(rates.length > 0 && {
        "G12.rate": ratioOf(
          rates.map(({ saturated }) => saturated),
          rates.map(({ idle }) => idle),
        ),
      }),
    },
  };
}

async function oneRound(
  { name: tier, width, server: own, nginx }: Tier,
  { pictures, origin }: Parts,
  round: number,
  seconds: number,
): Promise<SaturationRound> {
  const hit = deliveryUrl(own, origin.pictureUrl("saturation-hit", pictures.names[0] ?? ""), width);
  await timed(hit);
  const from = `freshet_answers_total{from="${tier}"}`;
  const before = (await readMetrics(own.url))(from);
  const idle = await hitsFor(hit, seconds);
  const file = await nginx?.serve(hit);
  const idleFile = file === undefined ? undefined : await hitsFor(file, seconds);
  const idleRate = await rateOf(hit);
  let isOver = false;
  let missed = 0;
  const { promise: isUnderWay, resolve: begin } = Promise.withResolvers<void>();
  const miss = async () => {
    while (!isOver) {
      missed += 1;
      const name = pictures.names[missed % pictures.names.length] ?? "";
      const url = deliveryUrl(own, origin.pictureUrl(`saturation-${tier}-${round}-${missed}`, name));
      const { status } = await timed(url);
      begin();
      if (status === 503 || status === 429) await sleep(AGAIN_MS);
      else if (status !== 200) throw new Error(`${url} was answered ${status}.`);
    }
  };
  const missing = Promise.all(Array.from({ length: MISSING }, miss));
  // Queues are full and renders under way.
  await Promise.race([isUnderWay, missing]);
  const saturated = await hitsFor(hit, seconds);
  const saturatedFile = file === undefined ? undefined : await hitsFor(file, seconds);
  const saturatedRate = await rateOf(hit);
  isOver = true;
  await missing;
  const came = (await readMetrics(own.url))(from) - before;
  if (came < idle.length + saturated.length)
    throw new Error(`${came} hits came from the ${tier}, ${idle.length + saturated.length} should have.`);
  const rate = idleRate !== undefined && saturatedRate !== undefined;
  const beside = idleFile && saturatedFile && { idle: idleFile, saturated: saturatedFile };
  return {
    idle,
    saturated,
    file: beside,
    ...(rate && { rate: { idle: idleRate, saturated: saturatedRate } }),
  };
}

async function rateOf(url: string): Promise<number | undefined> {
  return isInstalled("wrk") ? (await load(url, 1, 4)).perSecond : undefined;
}
