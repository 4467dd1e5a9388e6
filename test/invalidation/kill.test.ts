import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient } from "@freshet/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type NodeDouble, startNodeDouble } from "../support/node-double.ts";
import { full } from "../support/size.ts";
import { wholeLog } from "../support/whole-log.ts";
import { startCallers } from "./callers.ts";

const KEY = "client_0123456789abcdef";
const KILLS = full ? 50 : 6;
/** A start takes half a second, on a busy machine several. */
const LONGEST_MS = 60_000 + KILLS * 8_000;
/** Milliseconds between two kills at most: shorter and longer than one invalidation takes. */
const LONGEST_LIFE_MS = 400;

let nodes: NodeDouble[];
let freshet: Freshet;

beforeAll(async () => {
  nodes = await Promise.all([startNodeDouble(40), startNodeDouble(5)]);
  freshet = await startFreshet({
    config: {
      projects: { demo: { apiKey: KEY, aliases: { _site_: "http://127.0.0.1:9/media" } } },
      cdn: [{ driver: "varnish", nodes: nodes.map(({ url }) => url) }],
    },
  });
});
afterAll(async () => {
  await freshet?.stop();
  await Promise.all((nodes ?? []).map((node) => node.close()));
});

const client = () => createInvalidationClient({ endpoint: freshet.url, apiKey: KEY, timeoutMs: 2_000 });

it(`carries every accepted invalidation to DONE through ${KILLS} kill -9, none lost and none twice`, {
  timeout: LONGEST_MS,
}, async () => {
  const callers = startCallers(client, 7);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(20 + Math.random() * LONGEST_LIFE_MS);
    await freshet.kill();
    await freshet.restart();
  }
  await callers.stop();
  const { accepted } = callers;
  for (const uuid of accepted.values()) {
    const done = await client().waitUntilDone(uuid, { timeoutMs: 60_000 });
    expect(done.status).toBe("DONE");
  }

  const log = await wholeLog(client());
  const uuids = log.map(({ uuid }) => uuid);
  expect(new Set(uuids).size).toBe(uuids.length);
  expect(new Set(log.map(({ sequence }) => sequence)).size).toBe(log.length);
  for (const uuid of accepted.values()) expect(uuids).toContain(uuid);
  // A request whose answer was lost with the process is in the log once all the same, under the key it was repeated with.
  const asked = log.filter(({ cause }) => cause.kind === "api");
  expect(asked.length).toBe(accepted.size);
  // Every node holds at least the newest number of every original.
  for (const entry of log) {
    for (const path of entry.urls.received ?? []) {
      const name = `demo/127.0.0.1:9/media/${path.split("/").at(-1)}`;
      const tag = `o-${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
      for (const node of nodes) expect(node.fence.get(tag) ?? 0).toBeGreaterThanOrEqual(entry.sequence);
    }
  }
  console.log(
    `${accepted.size} accepted, ${KILLS} kills, ${nodes.map(({ purges }) => purges).join(" + ")} purges`,
  );
});
