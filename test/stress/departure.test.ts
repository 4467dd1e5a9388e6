import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { heavyPicture, metricOf, putMany } from "./pictures.ts";

let origin: Origin;
let freshet: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  putMany(origin, "p", 60, await heavyPicture());
  freshet = await startFreshet({ config: { ...demoOf(origin), limits: { renders: 1, waitingMs: 60_000 } } });
  // Known and kept, so that only rendering is left to do.
  await Promise.all(
    Array.from({ length: 30 }, (_, at) => fetch(urlOf(at, 10)).then((answer) => answer.arrayBuffer())),
  );
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

const pathOf = (at: number, width: number) => `/v7/_site_/p-${at}.jpg?w=${width}`;
const urlOf = (at: number, width: number) => `${freshet.url}${pathOf(at, width)}`;
const rendered = () => metricOf(freshet.url, "freshet_render_seconds_count");
const waiting = () => metricOf(freshet.url, "freshet_renders_waiting");
const abandoned = () => metricOf(freshet.url, 'freshet_renders_refused_total{why="abandoned"}');

/** A connection with these requests on it, whose answers are read by nobody. */
function send(...requests: readonly string[]): Socket {
  const socket = connect(freshet.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(requests.map((line) => `${line} HTTP/1.1\r\nHost: demo\r\n\r\n`).join(""));
  return socket;
}

test("what its client no longer waits for is not rendered", async () => {
  const before = await rendered();
  const sockets = Array.from({ length: 12 }, (_, at) => send(`GET ${pathOf(at, 1_000)}`));
  await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThan(8);
  for (const socket of sockets) socket.destroy();
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
  expect(await abandoned()).toBeGreaterThan(8);
  await expect.poll(() => metricOf(freshet.url, "freshet_renders_running"), { timeout: 20_000 }).toBe(0);
  expect((await rendered()) - before).toBeLessThanOrEqual(4);
});

test("requests sent ahead on one connection go with it, those for heads too", async () => {
  const before = await rendered();
  const lines = Array.from({ length: 12 }, (_, at) => `${at % 2 ? "HEAD" : "GET"} ${pathOf(at, 1_100)}`);
  const socket = send(...lines);
  await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThan(8);
  socket.destroy();
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
  await expect.poll(() => metricOf(freshet.url, "freshet_renders_running"), { timeout: 20_000 }).toBe(0);
  expect((await rendered()) - before).toBeLessThanOrEqual(4);
  expect(freshet.logs()).not.toMatch(/MaxListeners|unhandled/i);
});

test("what another one waits for too is made for him", async () => {
  const blockers = Array.from({ length: 3 }, (_, at) => fetch(urlOf(20 + at, 1_200)));
  await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThan(0);
  const leaver = send(`GET ${pathOf(25, 1_200)}`);
  await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThan(0);
  const stayer = fetch(urlOf(25, 1_200));
  await new Promise((resolve) => setTimeout(resolve, 30));
  leaver.destroy();
  const answer = await stayer;
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
  for (const each of blockers) expect((await each).status).toBe(200);
});

test("whose client has gone before it began asks no origin", async () => {
  origin.delayMs = 300;
  // Its own request is held up behind the first one of the connection, which reads from an origin that takes its time.
  const sockets = Array.from({ length: 10 }, (_, at) => send(`GET ${pathOf(40 + at, 100)}`));
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 600));
  origin.delayMs = 0;
  const before = await rendered();
  expect((await fetch(urlOf(59, 100))).status).toBe(200);
  // Nothing of it was rendered behind their backs.
  expect((await rendered()) - before).toBe(1);
});
