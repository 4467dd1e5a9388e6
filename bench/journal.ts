// `node bench/journal.ts [count] [callers]`: invalidations accepted and carried to Done a second over three nodes of 0 to
// 2 ms, through the API, with the journal in SQLite and in PostgreSQL. Build first.
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { startFreshet } from "../test/support/freshet.ts";
import { startNodeDouble } from "../test/support/node-double.ts";
import { startPostgres } from "../test/support/postgres.ts";

const KEY = "client_0123456789abcdef";
const [count = 3_000, callers = 64] = process.argv.slice(2).map(Number);

for (const engine of ["SQLite", "PostgreSQL"]) {
  const postgres = engine === "PostgreSQL" ? await startPostgres() : undefined;
  const nodes = await Promise.all([2, 2, 2].map(startNodeDouble));
  const freshet = await startFreshet({
    config: {
      projects: { demo: { apiKey: KEY } },
      cdn: [{ driver: "varnish", nodes: nodes.map(({ url }) => url) }],
      log: "warn",
    },
    env: postgres ? { FRESHET_STORE_URL: postgres.url } : {},
  });
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const api = (
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly invalidation: Invalidation }> =>
    new Promise((resolve, reject) => {
      const headers = { "x-client-key": KEY };
      const sent = request(`${freshet.url}${path}`, { method, agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part) => {
          text += part;
        });
        response.on("end", () =>
          (response.statusCode ?? 500) < 300 ? resolve(JSON.parse(text)) : reject(new Error(text)),
        );
      });
      sent.on("error", reject).end(body && JSON.stringify(body));
    });
  const invalidate = async (path: string): Promise<string> => {
    const body = { scope: "original", urls: [`/h.example/${path}.jpg`] };
    return (await api("POST", "/invalidate", body)).invalidation.uuid;
  };
  /** When it was done, in milliseconds since the epoch. */
  const done = async (uuid: string): Promise<number> => {
    for (; ; await sleep(2)) {
      const { done_at } = (await api("GET", `/invalidate/${uuid}`)).invalidation;
      if (done_at !== null) return Date.parse(done_at);
    }
  };

  for (let n = 0; n < 100; n += 1) await done(await invalidate(`warm-${n}`));
  const lone: number[] = [];
  for (let n = 0; n < 50; n += 1) {
    const begun = performance.now();
    await done(await invalidate(`lone-${n}`));
    lone.push(performance.now() - begun);
  }
  const uuids: string[] = [];
  let next = 0;
  const begun = performance.now();
  const since = Date.now();
  const accepting = Array.from({ length: callers }, async () => {
    for (let n = next++; n < count; n = next++) uuids.push(await invalidate(`many-${n}`));
  });
  await Promise.all(accepting);
  const accepted = performance.now() - begun;
  // Asking would cost what is measured: the log itself knows when each was done.
  await sleep(accepted);
  const ends: number[] = [];
  for (const uuid of uuids) ends.push(await done(uuid));
  const all = Math.max(...ends) - since;
  const rate = (ms: number) => Math.round((count / ms) * 1_000);
  const middle = lone.toSorted((a, b) => a - b)[25] ?? Number.NaN;
  console.log(
    `${engine}: ${rate(accepted)} accepted/s, ${rate(all)} Done/s; a lone one is Done after ${middle.toFixed(1)} ms`,
  );
  agent.destroy();
  await freshet.stop();
  await Promise.all(nodes.map((node) => node.close()));
  await postgres?.stop();
}

interface Invalidation {
  readonly uuid: string;
  readonly done_at: string | null;
}
