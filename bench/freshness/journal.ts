import { setTimeout as sleep } from "node:timers/promises";
import { startFreshet } from "../../test/support/freshet.ts";
import { startNodeDouble } from "../../test/support/node-double.ts";
import { postgresIsAway, startPostgres } from "../../test/support/postgres.ts";
import { usageOf } from "../accounting.ts";
import type { Options } from "../options.ts";
import { rotated } from "../statistics.ts";
import { ask } from "./ask.ts";

const KEY = "client_0123456789abcdef";
const CALLERS = 64;
/** Three nodes, each of which answers a purge after 0 to 2 ms. */
const SLOWEST_MS = [2, 2, 2];

/** What one engine carries, a figure per round. */
export interface JournalRates {
  readonly engine: string;
  readonly acceptedPerSecond: number[];
  readonly donePerSecond: number[];
  /** Milliseconds until a lone one is Done. */
  readonly lone: number[];
  /** Milliseconds of processor time of the server per invalidation: other work on the machine changes it little. */
  readonly cpuMs: number[];
}

interface Contender {
  readonly rates: JournalRates;
  round(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Invalidations accepted and carried to Done a second, through the API, with the journal in SQLite and in PostgreSQL. */
export async function compareJournals(
  options: Options,
  leaveOut: (peer: string, why: string) => void,
  progress: (text: string) => void,
): Promise<readonly JournalRates[]> {
  const count = options.quick ? 1_000 : 2_000;
  const contenders: Contender[] = [];
  try {
    contenders.push(await startContender("SQLite"));
    const missing = postgresIsAway();
    if (missing === undefined) contenders.push(await startContender("PostgreSQL"));
    else leaveOut("PostgreSQL", missing);
    for (const each of contenders) await each.round(200);
    for (const { rates } of contenders) for (const values of figuresOf(rates)) values.length = 0;
    for (let round = 0; round < Math.ceil(options.rounds / 2); round += 1) {
      for (const contender of rotated(contenders, round)) {
        progress(`journal: round ${round + 1}, ${contender.rates.engine}`);
        await contender.round(count);
      }
    }
    return contenders.map(({ rates }) => rates);
  } finally {
    for (const each of contenders) await each.stop();
  }
}

const figuresOf = (rates: JournalRates) => [
  rates.acceptedPerSecond,
  rates.donePerSecond,
  rates.lone,
  rates.cpuMs,
];

async function startContender(engine: string): Promise<Contender> {
  const postgres = engine === "PostgreSQL" ? await startPostgres() : undefined;
  const nodes = await Promise.all(SLOWEST_MS.map(startNodeDouble));
  const freshet = await startFreshet({
    config: {
      projects: { demo: { apiKey: KEY } },
      cdn: [{ driver: "varnish", nodes: nodes.map(({ url }) => url) }],
      log: "warn",
    },
    env: postgres ? { FRESHET_STORE_URL: postgres.url } : {},
  });
  const headers = { "x-client-key": KEY };
  let number = 0;
  const invalidate = async (): Promise<string> => {
    number += 1;
    const body = JSON.stringify({ scope: "original", urls: [`/h.example/${number}.jpg`] });
    const { status, text } = await ask(`${freshet.url}/invalidate`, { method: "POST", headers, body });
    if (status !== 201) throw new Error(`An invalidation was answered ${status}: ${text}`);
    return JSON.parse(text).invalidation.uuid;
  };
  /** When it was done, in milliseconds since the epoch. */
  const done = async (uuid: string, everyMs = 2): Promise<number> => {
    for (; ; await sleep(everyMs)) {
      const { text } = await ask(`${freshet.url}/invalidate/${uuid}`, { headers });
      const { status, done_at } = JSON.parse(text).invalidation;
      if (done_at !== null) return Date.parse(done_at);
      if (String(status).startsWith("ERROR")) throw new Error(`An invalidation ended as ${text}`);
    }
  };
  const rates: JournalRates = { engine, acceptedPerSecond: [], donePerSecond: [], lone: [], cpuMs: [] };
  return {
    rates,
    async round(count) {
      for (let n = 0; n < 10; n += 1) {
        const begun = performance.now();
        await done(await invalidate());
        rates.lone.push(performance.now() - begun);
      }
      const uuids: string[] = [];
      let begunOnes = 0;
      const begun = performance.now();
      const since = Date.now();
      const used = usageOf(freshet.pid).cpuMs;
      const callers = Array.from({ length: CALLERS }, async () => {
        while (begunOnes < count) {
          begunOnes += 1;
          uuids.push(await invalidate());
        }
      });
      await Promise.all(callers);
      const accepted = performance.now() - begun;
      // Asking would cost what is measured: the log itself knows when each was done.
      await sleep(accepted);
      const newest = uuids.at(-1);
      if (newest !== undefined) await done(newest, 100);
      rates.cpuMs.push((usageOf(freshet.pid).cpuMs - used) / uuids.length);
      let last = since;
      for (const uuid of uuids) last = Math.max(last, await done(uuid));
      rates.acceptedPerSecond.push((uuids.length / accepted) * 1_000);
      rates.donePerSecond.push((uuids.length / (last - since)) * 1_000);
    },
    async stop() {
      await freshet.stop();
      await Promise.all(nodes.map((node) => node.close()));
      await postgres?.stop();
    },
  };
}
