import type { ServerResponse } from "node:http";
import { ServerError } from "../errors.ts";
import type { Feed, Wish } from "./feed.ts";
import type { Step } from "./step.ts";

/** Streams of server-sent events that are open at this instance. */
export interface Streams {
  /** How many there are. */
  readonly count: number;
  /**
   * Tells the response of the steps that are wished for, until it is closed or, for one entry, until that has ended. Resolves once
   * it has begun.
   * @throws ServerError STREAMS_TOO_MANY, before anything was written.
   */
  open(response: ServerResponse, wish: Wish, mayGoOn: () => Promise<boolean>): Promise<void>;
  /** Ends all: clients come back to another instance. */
  close(): void;
}

/** Each costs a connection and little else. */
const MOST = { ofProject: 50, inAll: 500 };
/** Proxies close what is silent, many after a minute; whether the key is still good is asked as often. */
const HEARTBEAT_MS = 15_000;
/** Bytes that may wait for a slow reader; who is slower is cut off, and goes on from its last event. */
const MOST_WAITING = 2 ** 20;
/** Milliseconds after which a client that was cut off should come back. */
const RETRY_MS = 2_000;

export function createStreams(feed: Feed, heartbeatMs = HEARTBEAT_MS): Streams {
  const all = new Map<ServerResponse, string>();
  const take = (response: ServerResponse, project: string): void => {
    const ofProject = [...all.values()].filter((each) => each === project).length;
    if (all.size >= MOST.inAll || ofProject >= MOST.ofProject) throw new ServerError("STREAMS_TOO_MANY");
    all.set(response, project);
  };
  return {
    get count() {
      return all.size;
    },
    async open(response, wish, mayGoOn) {
      take(response, wish.project);
      const ends: (() => void)[] = [() => all.delete(response)];
      const end = (): void => {
        for (const each of ends.splice(0)) each();
        response.end();
      };
      response.once("close", end);
      const write = (text: string): void => {
        if (response.writableEnded || response.destroyed) return;
        response.write(text);
        if (response.writableLength > MOST_WAITING) response.destroy();
      };
      const tell = (step: Step): void => {
        write(writeEvent(step));
        if (wish.uuid !== undefined && step.isEnd) end();
      };
      try {
        const { past, isBroken, leave } = await feed.follow(wish, tell);
        ends.push(leave);
        if (!all.has(response)) return end();
        response.writeHead(200, {
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-store",
          // Proxies that hold back what they pass on are told not to.
          "x-accel-buffering": "no",
        });
        write(`retry: ${RETRY_MS}\n\n`);
        if (isBroken) write("event: reset\ndata: {}\n\n");
        for (const step of past) tell(step);
      } catch (error) {
        for (const each of ends.splice(0)) each();
        throw error;
      }
      const beat = setInterval(async () => {
        if (await mayGoOn()) write(": still here\n\n");
        else end();
      }, heartbeatMs);
      beat.unref();
      ends.push(() => clearInterval(beat));
      if (!all.has(response)) end();
    },
    close() {
      for (const response of [...all.keys()]) response.end();
      all.clear();
    },
  };
}

function writeEvent({ id, told }: Step): string {
  return `event: progress\nid: ${id}\ndata: ${JSON.stringify(told)}\n\n`;
}
