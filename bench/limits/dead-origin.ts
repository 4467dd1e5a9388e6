import type { AddressInfo } from "node:net";
import { createServer, type Server as TcpServer } from "node:net";
import type { Options } from "../options.ts";
import { deliveryUrl, type Origin, type Server, startOrigin, startOwn } from "../peers.ts";
import type { Pictures } from "../pictures.ts";
import { pause } from "../programs.ts";
import { quantile } from "../statistics.ts";

/** Origins that are well, clients of each, and clients of the one that hangs. */
const WELL = 3;
const CLIENTS = 2;
const LOST = 8;
/** What a visitor does whose picture failed: he looks at another one. */
const PAUSE_MS = 100;

/** One round: the three alone, then beside an origin that takes connections and never answers. */
export interface DeadOriginRound {
  /** Pictures a second of the three together. */
  readonly alone: number;
  readonly beside: number;
  /** Seconds from the first request to the first that was refused at once. */
  readonly opensAfter: number;
  /** Milliseconds of refusals from then on, p50 and p99. */
  readonly refusals: readonly number[];
  /** Other answers than pictures from the three; 0. */
  readonly failures: number;
}

interface Counted {
  readonly pictures: number;
  readonly failures: number;
}

/** What one origin of four that hangs takes from the other three. */
export async function measureDeadOrigin(
  { pictures }: { readonly pictures: Pictures },
  options: Options,
  progress: (text: string) => void,
): Promise<readonly DeadOriginRound[]> {
  const origins: Origin[] = [];
  const dead = await startDead();
  const rounds: DeadOriginRound[] = [];
  const seconds = options.quick ? 14 : 20;
  try {
    for (let count = 0; count < WELL; count += 1) origins.push(await startOrigin(pictures));
    for (let round = 0; round < Math.min(options.rounds, 3); round += 1) {
      // A server of its own, so that no breaker is open from before.
      const server = await startOwn();
      try {
        progress(`dead-origin: round ${round + 1}, alone`);
        const work = { server, origins, picture: pictures.names[0] ?? "", token: `dead-${round}` };
        await carryOn(work, "warm", 2);
        const alone = await carryOn(work, "alone", seconds);
        progress(`dead-origin: round ${round + 1}, beside one that hangs`);
        const [beside, lost] = await Promise.all([
          carryOn(work, "beside", seconds),
          hang(server, dead.url, round, seconds),
        ]);
        rounds.push({
          alone: alone.pictures / seconds,
          beside: beside.pictures / seconds,
          ...lost,
          failures: alone.failures + beside.failures,
        });
      } finally {
        await server.stop();
      }
    }
    return rounds;
  } finally {
    for (const origin of origins) await origin.stop();
    await dead.stop();
  }
}

/** Clients of the origins that are well, each asking for one new picture after the other. */
async function carryOn(
  work: {
    readonly server: Server;
    readonly origins: readonly Origin[];
    readonly picture: string;
    readonly token: string;
  },
  name: string,
  seconds: number,
): Promise<Counted> {
  const { server, origins, picture, token } = work;
  const end = performance.now() + seconds * 1_000;
  const clients = origins.flatMap((origin, at) =>
    Array.from({ length: CLIENTS }, async (_, client): Promise<Counted> => {
      let [given, failures] = [0, 0];
      for (let index = 0; performance.now() < end; index += 1) {
        const original = origin.pictureUrl(`${token}-${name}-${at}-${client}-${index}`, picture);
        const answer = await fetch(deliveryUrl(server, original, 400));
        await answer.arrayBuffer();
        if (answer.status === 200) given += performance.now() < end ? 1 : 0;
        else failures += 1;
      }
      return { pictures: given, failures };
    }),
  );
  const counted = await Promise.all(clients);
  return {
    pictures: counted.reduce((sum, each) => sum + each.pictures, 0),
    failures: counted.reduce((sum, each) => sum + each.failures, 0),
  };
}

/** Clients of the origin that hangs: when it is left alone, and how soon they are told from then on. */
async function hang(server: Server, origin: string, round: number, seconds: number) {
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  const refusals: number[] = [];
  let opensAfter = Number.POSITIVE_INFINITY;
  const client = async (_: unknown, at: number) => {
    for (let index = 0; performance.now() < end; index += 1) {
      const asked = performance.now();
      const answer = await fetch(deliveryUrl(server, `${origin}/${round}-${at}-${index}.jpg`, 400));
      await answer.arrayBuffer();
      const now = performance.now();
      if (answer.headers.get("freshet-error") === "ORIGIN_DOWN") {
        opensAfter = Math.min(opensAfter, (now - begun) / 1_000);
        refusals.push(now - asked);
      }
      await pause(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: LOST }, client));
  return { opensAfter, refusals: [quantile(refusals, 0.5), quantile(refusals, 0.99)] };
}

/** It takes every connection, and says nothing. */
async function startDead(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const sockets = new Set<{ destroy(): void }>();
  const server: TcpServer = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
