import { costOf, resetPeak, usageOf } from "../accounting.ts";
import { sharedPictureAt } from "../ask.ts";
import type { Parts, Progress } from "../cell.ts";
import { readMetrics } from "../metrics.ts";
import type { Options } from "../options.ts";
import { deliveryUrl, ipxUrl, type Origin, type Server, startIpx, startOwn } from "../peers.ts";

export const HERD = 200;
const ACCEPT = "image/avif,image/webp,*/*";

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

let runs = 0;

export async function compareHerds(
  { pictures, origin, leaveOut }: Parts,
  options: Options,
  progress: Progress,
): Promise<readonly HerdPeer[]> {
  // Made again, it asks the same origin, which would count both.
  runs += 1;
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
      // A server is compiled once, and meets many crowds.
      await sharedPictureAt(
        contender.urlOf(origin.pictureUrl(`warm-${contender.name}-${runs}`, picture)),
        HERD,
        ACCEPT,
      );
      for (let round = 0; round < contender.rounds; round += 1) {
        progress(`herd: round ${round + 1} of ${contender.rounds}, ${contender.name}`);
        rounds.push(await stampede(contender, origin, `${contender.name}-${runs}-${round}`, picture));
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
  const alone = await costOf(server, () =>
    sharedPictureAt(urlOf(origin.pictureUrl(`one-${token}`, picture)), 1, ACCEPT),
  );
  const count = async () => (name === "freshet" ? readMetrics(server.url) : undefined);
  const before = await count();
  resetPeak(server.pid);
  const settled = usageOf(server.pid).peakBytes;
  const cost = await costOf(server, () =>
    sharedPictureAt(urlOf(origin.pictureUrl(`herd-${token}`, picture)), HERD, ACCEPT),
  );
  const { peakBytes } = usageOf(server.pid);
  const after = await count();
  const risen = (metric: string) => (after && before ? after(metric) - before(metric) : undefined);
  const fetches = await fetchesOf(origin, `herd-${token}`);
  return {
    ...cost,
    alone,
    peakBytes,
    addedBytes: peakBytes - settled,
    fetches,
    renders: risen("freshet_render_seconds_count"),
    countedFetches: risen("freshet_origin_fetches_total"),
  };
}

async function fetchesOf(origin: Origin, token: string): Promise<number> {
  return Object.values(await origin.asked(token)).reduce((sum, value) => sum + value, 0);
}
