import { connect, type Socket } from "node:net";
import { setTimeout as rest } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { heavyPicture, putMany } from "./pictures.ts";

let origin: Origin;
let freshet: Freshet | undefined;

beforeAll(async () => {
  origin = await startOrigin();
  putMany(origin, "p", 40, await heavyPicture(2_000));
});
afterAll(() => origin?.close());
afterEach(async () => {
  origin.delayMs = 0;
  await freshet?.stop();
});

const start = async (limits: object) => {
  freshet = await startFreshet({ config: { ...demoOf(origin), limits } });
  return freshet;
};
const pathOf = (at: number, query: string) => `/v7/_site_/p-${at}.jpg?${query}`;

/** A connection kept open by hand: what comes over it, and whether the other end has closed it. */
function open(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  let text = "";
  let isClosed = false;
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  return {
    socket,
    get: (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nHost: demo\r\n\r\n`),
    text: () => text,
    isClosed: () => isClosed,
    answers: () => text.split("HTTP/1.1 ").slice(1),
  };
}

/** Whether the last answer is there to its last byte. */
function isWhole(answer: string | undefined): boolean {
  const [head = "", ...body] = (answer ?? "").split("\r\n\r\n");
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
  return body.join("\r\n\r\n").length === length;
}

test("SIGTERM loses no request that arrived: waiting, being rendered, being read slowly, on connections old and new", {
  timeout: 60_000,
}, async () => {
  const { port, pid, ended } = await start({ drainMs: 20_000 });
  // An answer of some megabytes whose client does not read yet.
  const slow = open(port);
  slow.socket.pause();
  slow.get(pathOf(0, "w=2000&force_format=png"));
  const idle = open(port);
  idle.get("/livez");
  await expect.poll(() => idle.answers().length, { timeout: 20_000 }).toBe(1);
  origin.delayMs = 400;
  const busy = Array.from({ length: 12 }, (_, at) => {
    const connection = open(port);
    connection.get(pathOf(1 + at, "w=900"));
    return connection;
  });
  await expect.poll(() => origin.requests.get("/p-12.jpg"), { timeout: 20_000 }).toBe(1);
  process.kill(pid, "SIGTERM");
  await expect.poll(idle.isClosed, { timeout: 20_000 }).toBe(true);
  for (const { isClosed, answers } of busy) {
    await expect.poll(isClosed, { timeout: 20_000 }).toBe(true);
    expect(answers()).toHaveLength(1);
    expect(answers()[0]).toMatch(/^200 OK/);
    expect(isWhole(answers()[0])).toBe(true);
  }
  await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
  slow.socket.resume();
  await expect.poll(slow.isClosed, { timeout: 20_000 }).toBe(true);
  expect(slow.text().length).toBeGreaterThan(1_000_000);
  expect(isWhole(slow.answers()[0])).toBe(true);
  expect(await ended).toMatchObject({ code: 0 });
});

test("a pause lets balancers notice: /readyz says so first, everything is answered, and each answer closes its connection", {
  timeout: 60_000,
}, async () => {
  const { url, port, pid, ended } = await start({ drainPauseMs: 2_500 });
  const kept = open(port);
  kept.get(pathOf(20, "w=80"));
  await expect.poll(() => kept.answers().length, { timeout: 20_000 }).toBe(1);
  expect(kept.text()).toContain("Connection: keep-alive");
  process.kill(pid, "SIGTERM");
  const ready = async () => {
    const answer = await fetch(`${url}/readyz`);
    await answer.arrayBuffer();
    return [answer.status, answer.headers.get("retry-after"), answer.headers.get("connection")];
  };
  await expect.poll(ready, { timeout: 2_000 }).toEqual([503, "2", "close"]);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  // A hit and a miss, each on a connection that was there before or is new.
  kept.get(pathOf(20, "w=80"));
  await expect.poll(kept.isClosed, { timeout: 20_000 }).toBe(true);
  expect(kept.answers()[1]).toMatch(/^200 OK[\s\S]*Connection: close/);
  expect(isWhole(kept.answers()[1])).toBe(true);
  expect((await fetch(`${url}${pathOf(21, "w=80")}`)).status).toBe(200);
  expect(await ended).toMatchObject({ code: 0 });
});

test("who never reads cannot keep a server alive", { timeout: 60_000 }, async () => {
  const { port, pid, ended } = await start({ drainMs: 500 });
  const stuck = open(port);
  stuck.socket.pause();
  stuck.get(pathOf(30, "w=2000&force_format=png"));
  await rest(1_000);
  const begun = performance.now();
  process.kill(pid, "SIGTERM");
  expect(await ended).toMatchObject({ code: 0 });
  expect(performance.now() - begun).toBeLessThan(8_000);
  stuck.socket.destroy();
});

test("requests that come all the while are answered or never taken, not cut", {
  timeout: 60_000,
}, async () => {
  const { port, pid, ended } = await start({ drainPauseMs: 600 });
  await fetch(`http://127.0.0.1:${port}${pathOf(31, "w=70")}`);
  let isOver = false;
  let whole = 0;
  const cut: string[] = [];
  const client = async () => {
    while (!isOver) {
      const connection = open(port);
      connection.get(pathOf(31, "w=70"));
      await new Promise((resolve) => connection.socket.once("close", resolve));
      // Whoever finds nobody listening, or is not taken any more, asks elsewhere; an answer that began is whole.
      const [answer] = connection.answers();
      if (answer === undefined) continue;
      if (isWhole(answer)) whole += 1;
      else cut.push(answer.slice(0, 200));
    }
  };
  process.kill(pid, "SIGTERM");
  await rest(50);
  const clients = Array.from({ length: 8 }, client);
  await ended;
  isOver = true;
  await Promise.all(clients);
  expect(whole).toBeGreaterThan(50);
  expect(cut).toEqual([]);
});
