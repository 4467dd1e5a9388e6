import { createServer, request as requestOf } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Answer, Answers } from "../cache/answers.ts";
import { Crowds } from "../cache/crowds.ts";
import { createDeparture } from "../cache/departure.ts";
import { projectOf } from "../projects/project.test.support.ts";
import { createProjects } from "../projects/projects.ts";
import { createCrowdPath } from "./crowd-path.ts";
import { type Delivered, memoryKeyOf } from "./deliver.ts";
import { createHotPath } from "./hot-path.ts";
import { DeliveryRequests } from "./request.ts";

const URL = "/v7/_a_/a.jpg?w=90";
const HOST = "a.example";
const KEY = memoryKeyOf(HOST, URL, undefined);

const projects = () => [projectOf({ aliases: { _a_: { url: "https://h.example" } }, hosts: [HOST] })];
let all = createProjects(projects());
let crowds: Crowds<Delivered>;
/** What memory has by then. */
let hit: Delivered | undefined;
let isCurrent: boolean;
let told: (readonly unknown[])[];
let end: (found: Delivered | Error) => void;
let leading: Promise<unknown>;
let server: ReturnType<typeof createServer>;
let port: number;

const found: Delivered = {
  answer: {
    head: ["Content-Type", "image/webp", "ETag", '"e"'],
    ...{ etag: '"e"', body: Buffer.from("old"), contentType: "image/webp", ranges: false },
    ...{ project: projectOf(), digests: ["d"], generation: 0 },
  } satisfies Answer,
  stamp: 7,
  from: "rendered",
};

beforeEach(async () => {
  all = createProjects(projects());
  const requests = new DeliveryRequests(all);
  requests.read(HOST, URL);
  crowds = new Crowds();
  [hit, isCurrent, told] = [{ ...found, from: "memory" }, true, []];
  const parts = {
    ...{ requests, now: Date.now, keepAliveMs: 5_000, accessLog: undefined },
    admission: { isCurrent: () => isCurrent, enter: () => "current" as const, begin: () => () => {} },
    observer: {
      hits: () => ({ add() {} }),
      answered: (event: object) =>
        told.push(["source", "status", "bytes", "code"].map((name) => Reflect.get(event, name))),
      ...{ rendered() {}, fetched() {}, countryIn: () => undefined },
    },
  };
  const answerHit = createHotPath({
    ...{ ...parts, answers: new Answers(1e6), delivery: { stampOf: () => undefined } },
    besideOthers: createCrowdPath({
      ...{ ...parts, crowds, delivery: { hit: () => hit } },
      ordinary: (_, response) => response.writeHead(299).end(),
    }),
  });
  server = createServer((request, response) => {
    if (!answerHit(request, response)) response.writeHead(298).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  const { promise, resolve, reject } = Promise.withResolvers<Delivered>();
  leading = crowds.lead(KEY, createDeparture(), () => promise).catch(() => {});
  end = (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
});
afterEach(async () => {
  end(found);
  await leading;
  server.closeAllConnections();
  server.close();
});

/** 298 went the ordinary way at once, 299 after it had waited. */
function ask(headers: Readonly<Record<string, string>> = {}, method = "GET") {
  return new Promise<readonly unknown[]>((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: URL, method };
    requestOf(
      { ...options, headers: { host: HOST, connection: "keep-alive", ...headers } },
      async (reply) => {
        let text = "";
        for await (const chunk of reply) text += chunk;
        resolve([reply.statusCode, reply.headers["cache-status"], reply.headers["content-length"], text]);
      },
    )
      .on("error", reject)
      .end();
  });
}

/** What a request gets that has joined before the first one comes to this end. */
async function askBefore(outcome: Delivered | Error, meanwhile = () => {}, method = "GET") {
  const answer = ask({}, method);
  // It has arrived by the time that another one of the same kind was answered.
  expect((await ask({ range: "bytes=0-1" }))[0]).toBe(298);
  meanwhile();
  end(outcome);
  return answer;
}

test("whoever joins gets what memory has when the first one is there, told as what it took, and is counted so", async () => {
  expect(await askBefore(found)).toEqual([200, "freshet; fwd=miss", "3", "old"]);
  expect(told).toEqual([["rendered", 200, 3, undefined]]);
});

test("a head alone, and what came from elsewhere, is told as that", async () => {
  const answer = await askBefore({ ...found, from: "disk" }, () => {}, "HEAD");
  expect(answer).toEqual([200, "freshet; hit; detail=disk", "3", ""]);
});

test.each<[string, Delivered | Error, () => void]>([
  ["the first one failed", new Error("lost"), () => {}],
  ["an invalidation came between", found, () => (hit = undefined)],
  ["it is stale", { ...found, staleFor: 3 }, () => {}],
  ["this instance is behind", found, () => (isCurrent = false)],
  ["the settings changed", found, () => all.replace(projects())],
])("goes the ordinary way where %s", async (_, outcome, meanwhile) => {
  expect((await askBefore(outcome, meanwhile))[0]).toBe(299);
  expect(told).toEqual([]);
});

test("only a plain request for the same waits, and only for somebody", async () => {
  for (const headers of [
    { "if-none-match": '"x"' },
    { range: "bytes=0-1" },
    { accept: "image/webp" },
    { connection: "close" },
  ])
    expect((await ask(headers))[0]).toBe(298);
  end(found);
  await leading;
  expect((await ask())[0]).toBe(298);
});

test("whoever goes is counted as gone, and nothing is written to him", async () => {
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET ${URL} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
  expect((await ask({ range: "bytes=0-1" }))[0]).toBe(298);
  socket.destroy();
  await expect.poll(() => told.length).toBe(1);
  expect(told[0]?.at(-1)).toBe("CLIENT_GONE");
  end(found);
  await leading;
  expect(told.length).toBe(1);
});
