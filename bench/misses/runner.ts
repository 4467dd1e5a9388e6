import { fetchRendition } from "../check.ts";
import type { Origin, Server } from "../peers.ts";
import type { Pictures } from "../pictures.ts";
import type { Peer } from "./peer.ts";
import type { Task } from "./task.ts";

/** Pictures to be made: so many, so many at once. */
export interface Work {
  readonly task: Task;
  readonly count: number;
  readonly inFlight: number;
  /** That picture again and again, by its place; absent is all in turn. */
  readonly only?: number;
}

/** How long all took, and each; milliseconds. */
export interface Took {
  readonly milliseconds: number;
  readonly latencies: readonly number[];
}

/** A contender that makes pictures, a server or not. */
export interface Runner {
  readonly name: string;
  readonly pid: number;
  run(work: Work): Promise<Took>;
  /** One picture as it gives it. */
  one(task: Task, picture: string): Promise<Buffer>;
  stop(): Promise<void>;
}

let asked = 0;

/** A server under closed-loop clients; each request is for bytes that it never saw. */
export function overHttp(
  peer: Peer,
  server: Server,
  { pictures, origin }: { readonly pictures: Pictures; readonly origin: Origin },
): Runner {
  const ask = (task: Task, picture: string) => {
    asked += 1;
    const { url, accept } = peer.request(server, origin.pictureUrl(`r${asked}`, picture), task);
    return fetchRendition(url, task, accept);
  };
  return {
    name: peer.name,
    pid: server.pid,
    one: ask,
    async run({ task, count, inFlight, only }) {
      let next = 0;
      const latencies: number[] = [];
      const begun = performance.now();
      const client = async () => {
        while (next < count) {
          const picture = pictures.names[only ?? next % pictures.names.length] ?? "";
          next += 1;
          const start = performance.now();
          await ask(task, picture);
          latencies.push(performance.now() - start);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, client));
      return { milliseconds: performance.now() - begun, latencies };
    },
    stop: server.stop,
  };
}
