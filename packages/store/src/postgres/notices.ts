import type { Client, ClientConfig, Pool } from "pg";
import { backoffMs } from "../backoff.ts";
import type { Wakes } from "../wakes.ts";
import { type ConnectSettings, clientConfig, loadClient, prepare } from "./connect.ts";
import { explain } from "./faults.ts";

/** Wake-ups between processes: LISTEN on a connection of its own, NOTIFY on any. */
export interface Notices {
  /** Tells the other processes; calls that come while one is sent share the next. Never rejects. */
  notify(channel: string): void;
  /** Hears the channel from now on, on a connection that comes back by itself. */
  hear(channel: string): void;
  close(): Promise<void>;
}

const BACKOFF = { firstMs: 100, mostMs: 5_000 };
/** A connection that was cut without a word is noticed after this at the latest, plus the time a statement may take. */
const HEARTBEAT_MS = 15_000;

export interface NoticeParts {
  readonly pool: Pool;
  readonly settings: ConnectSettings;
  readonly wakes: Wakes;
  /** Names this process in its own notices, which it does not need to hear. */
  readonly me: string;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export function createNotices(parts: NoticeParts): Notices {
  const { pool, settings, wakes, me, log } = parts;
  const config: ClientConfig = clientConfig(settings);
  const heard = new Set<string>();
  const sending = new Map<string, "once" | "again">();
  const stopping = new AbortController();
  let client: Client | undefined;
  let running: Promise<void> | undefined;

  const send = async (channel: string): Promise<void> => {
    do {
      sending.set(channel, "once");
      // What is not heard is found by polling.
      await pool.query("select pg_notify($1, $2)", [nameOf(channel), me]).catch(() => {});
    } while (sending.get(channel) === "again" && !stopping.signal.aborted);
    sending.delete(channel);
  };
  let last: Promise<unknown> = Promise.resolve();
  /** One question at a time, which is all the connection takes. */
  const ask = (on: Client, text: string): Promise<unknown> => {
    last = last.catch(() => {}).then(() => on.query(text));
    return last;
  };
  const listenOn = (on: Client, channel: string) => ask(on, `listen "${nameOf(channel)}"`);

  /** Resolves when the connection has ended; rejects when there was none. */
  const listen = async (): Promise<void> => {
    const PgClient = await loadClient();
    const own = new PgClient(config);
    const ended = Promise.withResolvers<void>();
    own.on("end", ended.resolve);
    own.on("error", () => ended.resolve());
    own.on("notification", ({ channel, payload }) => {
      if (payload !== me) wakes.wake(channel.slice(PREFIX.length));
    });
    const beat = setInterval(() => ask(own, "select 1").catch(() => ended.resolve()), HEARTBEAT_MS);
    beat.unref();
    const stop = () => ended.resolve();
    stopping.signal.addEventListener("abort", stop);
    try {
      await own.connect();
      await prepare(own, settings);
      client = own;
      for (const channel of heard) await listenOn(own, channel);
      if (stopping.signal.aborted) return;
      // Whatever was said while nobody listened is looked for now.
      wakes.wakeAll();
      // Missing in the driver's types: listening alone does not keep a process alive.
      (own as typeof own & { unref(): void }).unref();
      await ended.promise;
    } finally {
      client = undefined;
      clearInterval(beat);
      stopping.signal.removeEventListener("abort", stop);
      own.end().catch(() => {});
    }
  };
  const keepListening = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const begun = performance.now();
      const fault = await listen().then(
        () => undefined,
        (thrown: unknown) => explain(thrown).error,
      );
      if (stopping.signal.aborted) return;
      failures = performance.now() - begun > BACKOFF.mostMs ? 1 : failures + 1;
      if (failures === 1)
        log("store does not hear others", { reason: fault?.message ?? "the connection ended" });
      await pause(backoffMs(failures, BACKOFF), stopping.signal);
    }
  };
  return {
    notify(channel) {
      if (stopping.signal.aborted) return;
      if (sending.has(channel)) sending.set(channel, "again");
      else void send(channel);
    },
    hear(channel) {
      if (heard.has(channel) || stopping.signal.aborted) return;
      heard.add(channel);
      if (client) listenOn(client, channel).catch(() => {});
      running ??= keepListening();
    },
    async close() {
      stopping.abort();
      await running;
    },
  };
}

/** Other programs on the same database have channels too. */
const PREFIX = "freshet_";
const nameOf = (channel: string): string => `${PREFIX}${channel}`;

/** Waits without keeping the process alive; returns early when it is stopped. */
function pause(ms: number, stopping: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  timer.unref();
  stopping.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}
