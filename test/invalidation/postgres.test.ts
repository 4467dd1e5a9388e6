import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient } from "@freshet/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type NodeDouble, startNodeDouble } from "../support/node-double.ts";
import { type PostgresServer, postgresIsAway, startPostgres } from "../support/postgres.ts";
import { full } from "../support/size.ts";
import { wholeLog } from "../support/whole-log.ts";
import { startCallers } from "./callers.ts";

const KEY = "client_0123456789abcdef";
const KILLS = full ? 20 : 3;
const missing = postgresIsAway();

describe.skipIf(missing !== undefined)(`a journal in PostgreSQL${missing ? ` (${missing})` : ""}`, () => {
  let postgres: PostgresServer;
  let node: NodeDouble;
  let freshet: Freshet;
  beforeAll(async () => {
    [postgres, node] = await Promise.all([startPostgres(), startNodeDouble(10)]);
    freshet = await startFreshet({
      config: {
        projects: { demo: { apiKey: KEY, aliases: { _site_: "http://127.0.0.1:9/media" } } },
        cdn: [{ driver: "varnish", nodes: [node.url] }],
        leaseMs: 1_000,
      },
      env: { FRESHET_STORE_URL: postgres.url },
    });
  });
  afterAll(async () => {
    await freshet?.stop();
    await node?.close();
    await postgres?.stop();
  });
  const client = () => createInvalidationClient({ endpoint: freshet.url, apiKey: KEY, timeoutMs: 10_000 });
  const post = (path: string) =>
    fetch(`${freshet.url}/invalidate`, {
      method: "POST",
      headers: { "x-client-key": KEY },
      body: JSON.stringify({ scope: "original", urls: [path] }),
    });

  it("keeps its secret out of the log", () => {
    expect(freshet.logs()).not.toContain(new URL(postgres.url).password);
  });

  it(`loses nothing and does nothing twice while PostgreSQL is killed ${KILLS} times and the server with it`, async () => {
    const callers = startCallers(client, 5);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(200 + Math.random() * 500);
      await postgres.kill();
      if (kill % 2 === 1) await freshet.kill();
      await sleep(Math.random() * 500);
      await postgres.restart();
      if (kill % 2 === 1) await freshet.restart();
    }
    await sleep(300);
    await callers.stop();
    const { accepted } = callers;
    for (const uuid of accepted.values()) {
      expect((await client().waitUntilDone(uuid, { timeoutMs: 60_000 })).status).toBe("DONE");
    }
    const log = (await wholeLog(client())).filter(({ cause }) => cause.kind === "api");
    expect(log.map(({ uuid }) => uuid).toSorted()).toEqual([...accepted.values()].toSorted());
    expect(new Set(log.map(({ sequence }) => sequence)).size).toBe(log.length);
    console.log(`${accepted.size} accepted, ${KILLS} kills, ${node.purges} purges`);
  });

  it("answers 503 with its own code while the database is away, and goes on when it is back", async () => {
    await postgres.kill();
    const refused = await post("/_site_/x.jpg");
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await refused.json()).toMatchObject({ status: "error", code: "JOURNAL_AWAY" });
    expect((await fetch(`${freshet.url}/livez`)).status).toBe(200);
    await postgres.restart();
    const answer = await post("/_site_/x.jpg");
    expect(answer.status).toBe(201);
  });
});
