import { Agent, get } from "node:http";
import { resetPeak, usageOf } from "../accounting.ts";
import type { Parts, Progress } from "../cell.ts";
import { readMetrics } from "../metrics.ts";
import type { Options } from "../options.ts";
import { deliveryUrl, ipxUrl, type Origin, type Server, startIpx, startOwn } from "../peers.ts";
import { pause } from "../programs.ts";

export const HERD = 200;
/** Widths of a srcset. */
const WIDTHS = [200, 320, 480, 640, 800, 1024, 1280, 1600];
const AFTERMATH_MS = 200;

/** One round of one peer: so many equal requests for a picture that nobody asked for before, all at once. */
export interface HerdRound {
  readonly seconds: number;
  readonly cpuMs: number;
  /** The same for one request alone, just before. */
  readonly alone: { readonly seconds: number; readonly cpuMs: number };
  readonly peakBytes: number;
  /** Above what it had before. */
  readonly addedBytes: number;
  /** Requests at the origin, by its own log. */
  readonly fetches: number;
  /** By Freshet's own count; unknown of others. */
  readonly renders: number | undefined;
  readonly countedFetches: number | undefined;
  /** Requests at the origin for as many requests over eight widths of another picture; unknown where every one would be rendered. */
  readonly widthFetches: number | undefined;
}

export interface HerdPeer {
  readonly name: string;
  readonly rounds: HerdRound[];
}

interface Contender {
  readonly name: string;
  readonly server: Server;
  readonly urlOf: (original: string) => string;
  readonly rounds: number;
}

export async function compareHerds(
  { pictures, origin, leaveOut }: Parts,
  options: Options,
  progress: Progress,
): Promise<readonly HerdPeer[]> {
  const own = await startOwn();
  const contenders: Contender[] = [
    {
      name: "freshet",
      server: own,
      urlOf: (original) => deliveryUrl(own, original),
      rounds: Math.min(options.rounds, 3),
    },
  ];
  try {
    if (options.quick) {
      leaveOut("ipx in the herd", "it renders every request, which takes a quick run too long");
    } else {
      await startIpx().then(
        (ipx) =>
          contenders.push({
            name: "ipx",
            server: ipx,
            urlOf: (original) => ipxUrl(ipx, original),
            rounds: 1,
          }),
        (error: Error) => leaveOut("ipx", error.message),
      );
    }
    const peers: HerdPeer[] = [];
    for (const contender of contenders) {
      const rounds: HerdRound[] = [];
      const picture = pictures.names[2] ?? "";
      await ask(contender.urlOf(origin.pictureUrl(`warm-${contender.name}`, picture)), 1);
      for (let round = 0; round < contender.rounds; round += 1) {
        progress(`herd: round ${round + 1} of ${contender.rounds}, ${contender.name}`);
        rounds.push(await stampede(contender, origin, `${contender.name}-${round}`, picture));
      }
      peers.push({ name: contender.name, rounds });
    }
    return peers;
  } finally {
    for (const { server } of contenders) await server.stop();
  }
}

async function stampede(
  { name, server, urlOf }: Contender,
  origin: Origin,
  token: string,
  picture: string,
): Promise<HerdRound> {
  const alone = await costOf(server, () => ask(urlOf(origin.pictureUrl(`one-${token}`, picture)), 1));
  const count = async () => (name === "freshet" ? readMetrics(server.url) : undefined);
  const before = await count();
  resetPeak(server.pid);
  const settled = usageOf(server.pid).peakBytes;
  const cost = await costOf(server, () => ask(urlOf(origin.pictureUrl(`herd-${token}`, picture)), HERD));
  const { peakBytes } = usageOf(server.pid);
  const after = await count();
  const risen = (metric: string) => (after && before ? after(metric) - before(metric) : undefined);
  const fetches = await fetchesOf(origin, `herd-${token}`);
  const widths = async () => {
    const original = origin.pictureUrl(`widths-${token}`, picture);
    await Promise.all(WIDTHS.map((width) => ask(deliveryUrl(server, original, width), HERD / WIDTHS.length)));
    return fetchesOf(origin, `widths-${token}`);
  };
  return {
    ...cost,
    alone,
    peakBytes,
    addedBytes: peakBytes - settled,
    fetches,
    widthFetches: name === "freshet" ? await widths() : undefined,
    renders: risen("freshet_render_seconds_count"),
    countedFetches: risen("freshet_origin_fetches_total"),
  };
}

async function fetchesOf(origin: Origin, token: string): Promise<number> {
  return Object.values(await origin.asked(token)).reduce((sum, value) => sum + value, 0);
}

async function costOf(server: Server, work: () => Promise<void>) {
  const before = usageOf(server.pid);
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  await pause(AFTERMATH_MS);
  return { seconds, cpuMs: usageOf(server.pid).cpuMs - before.cpuMs };
}

/** Equal requests on connections of their own; throws unless all get the same picture. */
async function ask(url: string, count: number): Promise<void> {
  const agent = new Agent({ maxSockets: count });
  try {
    const answers = await Promise.all(Array.from({ length: count }, () => bodyOf(url, agent)));
    if (!answers.every((bytes) => answers[0]?.equals(bytes)))
      throw new Error(`${url} gave different pictures.`);
  } finally {
    agent.destroy();
  }
}

function bodyOf(url: string, agent: Agent): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { accept: "image/avif,image/webp,*/*" } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks));
        else reject(new Error(`${url} was answered ${answer.statusCode}.`));
      });
    }).on("error", reject);
  });
}
