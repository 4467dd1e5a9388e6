import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHttpReader, type HttpReader, httpSourceOf } from "./http.ts";
import type { SourcePolicy } from "./source.ts";

let server: Server;
let endpoint: string;
let reader: HttpReader;
let time: number;
let status: number | "hang up" | "hang";
let asked: number;

beforeEach(async () => {
  [time, status, asked] = [0, 200, 0];
  server = createServer((request, response) => {
    asked += 1;
    if (status === "hang up") request.socket.destroy();
    else if (status !== "hang") response.writeHead(status).end("read");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  reader = createHttpReader({ firstByteMs: 300, breaker: { failures: 3, restMs: 1_000, now: () => time } });
});
afterEach(async () => {
  await reader.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function fetch(owner = "demo", signal = AbortSignal.timeout(10_000)): Promise<string> {
  const policy: SourcePolicy = {
    allow: ["127.0.0.1"],
    allowPrivate: true,
    maxBytes: 100,
    timeoutMs: 5_000,
    owner,
  };
  const location = { kind: "http", urls: [`${endpoint}/a.jpg`] } as const;
  const fetched = await httpSourceOf(reader).fetch(location, { policy, fresh: false }, signal);
  return fetched.kind === "refused" ? fetched.code : fetched.kind;
}

test.each([
  [502, "ORIGIN_BROKEN"],
  [503, "ORIGIN_BROKEN"],
  [429, "ORIGIN_BROKEN"],
  ["hang up", "ORIGIN_BROKEN"],
  ["hang", "ORIGIN_SLOW"],
] as const)("an origin that answers %j is left alone, then tried, then used again", async (how, code) => {
  status = how;
  for (let count = 0; count < 3; count += 1) expect(await fetch()).toBe(code);
  const before = asked;
  expect(await fetch()).toBe("ORIGIN_DOWN");
  expect(asked).toBe(before);
  expect(await fetch("other")).toBe(code);
  time = 1_000;
  expect(await fetch()).toBe(code);
  status = 200;
  expect(await fetch()).toBe("ORIGIN_DOWN");
  time = 3_000;
  expect(await fetch()).toBe("found");
  expect(await fetch()).toBe("found");
});

test.each([400, 401, 403, 404, 410, 500, 501])(
  "an origin that answers %d is never left alone",
  async (each) => {
    status = each;
    for (let count = 0; count < 10; count += 1) expect(await fetch()).not.toBe("ORIGIN_DOWN");
  },
);

test("callers who leave say nothing about the origin", async () => {
  status = "hang";
  for (let count = 0; count < 5; count += 1) {
    await expect(fetch("demo", AbortSignal.timeout(20))).rejects.toThrow();
  }
  status = 200;
  expect(await fetch()).toBe("found");
});
