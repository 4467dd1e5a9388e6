import { connect } from "node:net";
import { createInvalidationClient } from "@freshet/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, shadeOf, startOrigin } from "../support/origin.ts";
import { heavyPicture, metricOf } from "./pictures.ts";

/** Requests that come while the first one is on its way. */
const CROWD = 40;
/** Differ from moment to moment. */
const MOVING = new Set(["server-timing", "date", "connection", "keep-alive"]);
const RED = { red: 200, green: 30, blue: 30 };

let origin: Origin;
let freshet: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  freshet = await startFreshet({ config: demoOf(origin) });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

const ask = async (path: string, init: RequestInit = {}) => {
  const answer = await fetch(`${freshet.url}/v7/_site_${path}`, init);
  const head = Object.fromEntries([...answer.headers].filter(([name]) => !MOVING.has(name)));
  return { status: answer.status, head, body: Buffer.from(await answer.arrayBuffer()) };
};
const rendered = () => metricOf(freshet.url, "freshet_render_seconds_count");
const answered = (from: string) => metricOf(freshet.url, `freshet_answers_total{from="${from}"}`);
const isAsked = (path: string, times = 1) =>
  expect.poll(() => origin.requests.get(path) ?? 0, { timeout: 20_000 }).toBe(times);
const crowd = (path: string) => Array.from({ length: CROWD }, () => ask(path));

test("everybody gets what the first one gets, head and body, for one fetch and one render, and is counted", async () => {
  await origin.paint("/hat.jpg", RED);
  origin.delayMs = 400;
  const [renders, answers] = [await rendered(), await answered("rendered")];
  const first = ask("/hat.jpg?w=90");
  await isAsked("/hat.jpg");
  const others = [...crowd("/hat.jpg?w=90"), ask("/hat.jpg?w=90", { method: "HEAD" })];
  const { status, head, body } = await first;
  expect([status, head["cache-status"]]).toEqual([200, "freshet; fwd=miss"]);
  const bare = await (others.pop() as (typeof others)[number]);
  expect([bare.status, bare.head, bare.body.length]).toEqual([200, head, 0]);
  for (const each of await Promise.all(others)) {
    expect([each.status, each.head]).toEqual([200, head]);
    expect(each.body.equals(body)).toBe(true);
  }
  origin.delayMs = 0;
  expect([origin.requests.get("/hat.jpg"), (await rendered()) - renders]).toEqual([1, 1]);
  expect((await answered("rendered")) - answers).toBe(CROWD + 2);
  expect((await ask("/hat.jpg?w=90")).head["cache-status"]).toBe("freshet; hit; detail=memory");
});

test("whoever goes takes nothing from those who stay, the first one neither", async () => {
  await origin.paint("/coat.jpg", RED);
  origin.delayMs = 400;
  const first = connect(freshet.port, "127.0.0.1");
  first.write(`GET /v7/_site_/coat.jpg?w=90 HTTP/1.1\r\nHost: ${new URL(freshet.url).host}\r\n\r\n`);
  await isAsked("/coat.jpg");
  const leaving = new AbortController();
  const others = crowd("/coat.jpg?w=90");
  const gone = ask("/coat.jpg?w=90", { signal: leaving.signal });
  gone.catch(() => {});
  first.destroy();
  leaving.abort();
  for (const { status, body } of await Promise.all(others)) {
    expect(status).toBe(200);
    expect((await shadeOf(body)).red).toBeGreaterThan(150);
  }
  origin.delayMs = 0;
  await expect(gone).rejects.toThrow();
});

test("what fails for the first one is answered to everybody, with the reason", async () => {
  origin.delayMs = 300;
  const first = ask("/none.jpg?w=90");
  await isAsked("/none.jpg");
  const all = await Promise.all([first, ...crowd("/none.jpg?w=90")]);
  origin.delayMs = 0;
  expect(new Set(all.map(({ status, head }) => `${status} ${head["freshet-error"]}`))).toEqual(
    new Set(["404 ORIGINAL_MISSING"]),
  );
  expect(origin.requests.get("/none.jpg")).toBe(1);
});

test("nobody who asks after Done gets the old picture, though the first one still waits for its render", async () => {
  const client = createInvalidationClient({
    endpoint: freshet.url,
    apiKey: demoOf(origin).projects.demo.apiKey,
  });
  const picture = await heavyPicture();
  // The same pixels, and other bytes.
  const put = (version: string) => origin.put("/scarf.jpg", Buffer.concat([picture, Buffer.from(version)]));
  const path = "/scarf.jpg?w=2400&force_format=avif";
  put("old");
  const first = ask(path);
  await expect.poll(() => metricOf(freshet.url, "freshet_renders_running"), { timeout: 20_000 }).toBe(1);
  const early = crowd(path);
  put("new");
  const { invalidation } = await client.invalidate({ scope: "original", urls: ["/_site_/scarf.jpg"] });
  await client.waitUntilDone(invalidation.uuid, { timeoutMs: 30_000 });
  const late = await Promise.all(crowd(path));
  const old = await first;
  expect(new Set(late.map(({ status, head }) => `${status} ${head.etag}`)).size).toBe(1);
  expect([old.status, late[0]?.status, late[0]?.head.etag === old.head.etag]).toEqual([200, 200, false]);
  for (const { status } of await Promise.all(early)) expect(status).toBe(200);
});
