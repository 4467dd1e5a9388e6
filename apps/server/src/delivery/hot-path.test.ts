import { createServer, type IncomingHttpHeaders, request as requestOf } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AccessLog } from "../access-log/access-log.ts";
import type { AnswerFacts } from "../analytics/events.ts";
import { type Answer, Answers } from "../cache/answers.ts";
import { projectOf } from "../projects/project.test.support.ts";
import { createProjects } from "../projects/projects.ts";
import { memoryKeyOf } from "./deliver.ts";
import { createHotPath } from "./hot-path.ts";
import { DeliveryRequests } from "./request.ts";

const URL = "/v7/_a_/a.jpg?w=90";
const aliases = { _a_: { url: "https://h.example" } };

let projects = createProjects([]);
let requests: DeliveryRequests;
let answers: Answers;
let stamp: number | undefined;
let isCurrent: boolean;
let counted: (AnswerFacts & { hits: number })[];
let logged: string[];
let underWay: number;
let server: ReturnType<typeof createServer>;
let port: number;

beforeEach(async () => {
  projects = createProjects([projectOf({ aliases, hosts: ["a.example", "b.example"] })]);
  requests = new DeliveryRequests(projects);
  answers = new Answers(64e6);
  stamp = 7;
  isCurrent = true;
  [counted, logged, underWay] = [[], [], 0];
  const accessLog: Pick<AccessLog, "hit"> = {
    hit: (line, number, address) => logged.push(`${address}${line.restOf(number)}`),
  };
  const answerHit = createHotPath({
    ...{ requests, answers, now: Date.now, keepAliveMs: 5_000 },
    delivery: { stampOf: (_, answer) => (answer.generation === 0 ? stamp : undefined) },
    admission: {
      isCurrent: () => isCurrent,
      enter: () => "current",
      begin() {
        underWay += 1;
        return () => {
          underWay -= 1;
        };
      },
    },
    observer: {
      hits(facts) {
        const line = { ...facts(), hits: 0 };
        counted.push(line);
        return {
          add() {
            line.hits += 1;
          },
        };
      },
    },
    accessLog: accessLog as AccessLog,
  });
  server = createServer((request, response) => {
    if (!answerHit(request, response)) response.writeHead(299).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const answerOf = (text: string, more: Partial<Answer> = {}): Answer => ({
  head: ["Content-Type", "image/webp", "ETag", '"e"'],
  etag: '"e"',
  body: Buffer.from(text),
  contentType: "image/webp",
  ranges: false,
  picture: { format: "webp", originalBytes: 1_000 },
  project: projectOf(),
  digests: ["d"],
  generation: 0,
  ...more,
});

function keep(answer: Answer, host = "a.example", accept?: string): void {
  requests.read(host, URL);
  answers.set(memoryKeyOf(host, URL, accept), answer);
}

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** 299 is what went the ordinary way. */
function ask(headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      ...{ host: "127.0.0.1", port, path: URL, method },
      headers: { host: "a.example", connection: "keep-alive", ...headers },
    };
    requestOf(options, async (reply) => {
      let text = "";
      for await (const chunk of reply) text += chunk;
      resolve({ status: reply.statusCode, headers: reply.headers, text });
    })
      .on("error", reject)
      .end();
  });
}

test("a hit is answered whole, bare or unmodified, and counted and logged as what went out", async () => {
  keep(answerOf("picture"));
  for (let each = 0; each < 3; each += 1) expect((await ask()).text).toBe("picture");
  const bare = await ask({}, "HEAD");
  expect([bare.status, bare.text, bare.headers["content-length"]]).toEqual([200, "", "7"]);
  const unmodified = await ask({ "if-none-match": 'W/"x", W/"e"' });
  expect([unmodified.status, unmodified.text]).toEqual([304, ""]);
  expect(unmodified.headers).toMatchObject({ etag: '"e"', "freshet-stamp": "7", "keep-alive": "timeout=5" });
  const same = { project: "demo", url: URL, original: "demo/h.example/a.jpg" };
  expect(counted).toEqual([
    { ...same, status: 200, bytes: 7, format: "webp", bytesIn: 1_000, hits: 3 },
    { ...same, status: 200, bytes: 0, hits: 1 },
    { ...same, status: 304, bytes: 0, hits: 1 },
  ]);
  const line = { host: "a.example", path: URL, from: "memory", stamp: 7, duration: 0, project: "demo" };
  const [address, ...rest] = (logged.at(-1) ?? "").split(",");
  expect(address).toMatch(/127\.0\.0\.1$/);
  expect(JSON.parse(`{${rest.join(",")}`)).toEqual({ method: "GET", status: 304, bytes: 0, ...line });
  expect([logged.length, underWay]).toEqual([5, 0]);
});

test("what is not a hit for everyone goes the ordinary way", async () => {
  expect((await ask()).status).toBe(299);
  keep(answerOf("picture"));
  expect((await ask()).status).toBe(200);
  expect((await ask({ range: "bytes=0-1" })).status).toBe(299);
  expect((await ask({ connection: "close" })).status).toBe(299);
  expect((await ask({}, "DELETE")).status).toBe(299);
  expect((await ask({ host: "b.example" })).status).toBe(299);
  expect((await ask({ accept: "image/webp" })).status).toBe(299);
  isCurrent = false;
  expect((await ask()).status).toBe(299);
});

test("hosts and formats under one URL have answers of their own", async () => {
  keep(answerOf("a"));
  keep(answerOf("b"), "b.example");
  keep(answerOf("webp"), "a.example", "image/webp");
  for (let each = 0; each < 3; each += 1) {
    expect((await ask()).text).toBe("a");
    expect((await ask({ host: "b.example" })).text).toBe("b");
    expect((await ask({ accept: "image/webp" })).text).toBe("webp");
    expect((await ask({ accept: "text/html, image/webp;q=0.9" })).text).toBe("webp");
    expect((await ask({ accept: `image/webp, ${"x/y, ".repeat(200)}z/z` })).text).toBe("webp");
  }
});

test("no shortcut leads to what no longer holds: by an invalidation, by settings, or because it went", async () => {
  keep(answerOf("old"));
  for (let each = 0; each < 3; each += 1) expect((await ask()).text).toBe("old");
  stamp = undefined;
  expect((await ask()).status).toBe(299);
  stamp = 8;
  const again = await ask();
  expect([again.text, again.headers["freshet-stamp"]]).toEqual(["old", "8"]);
  keep(answerOf("new", { etag: '"n"' }));
  expect((await ask()).text).toBe("new");
  expect((await ask({ "if-none-match": '"e"' })).text).toBe("new");
  answers.delete(memoryKeyOf("a.example", URL, undefined));
  expect((await ask()).status).toBe(299);
  keep(answerOf("newer"));
  expect((await ask()).text).toBe("newer");
  projects.replace([projectOf({ aliases, hosts: ["a.example"] })]);
  expect((await ask()).status).toBe(299);
});

test("a response counts as under way until its connection has taken it, or is gone", async () => {
  const body = "x".repeat(7_000_000);
  keep(answerOf(body));
  const socket = connect(port, "127.0.0.1").pause();
  socket.write(`GET ${URL} HTTP/1.1\r\nHost: a.example\r\n\r\n`);
  await expect.poll(() => underWay).toBe(1);
  // Somebody else is answered meanwhile, under another number.
  stamp = 9;
  const other = await ask();
  expect([other.text === body, other.headers["freshet-stamp"]]).toEqual([true, "9"]);
  let received = "";
  socket.setEncoding("latin1").on("data", (chunk) => {
    received += chunk;
  });
  socket.resume();
  await expect.poll(() => underWay, { timeout: 20_000 }).toBe(0);
  await expect.poll(() => received.length, { timeout: 20_000 }).toBeGreaterThan(body.length);
  expect(received).toContain("Freshet-Stamp: 7\r\n");
  expect(received.endsWith(body)).toBe(true);
  socket.destroy();
  const gone = connect(port, "127.0.0.1").pause();
  gone.write(`GET ${URL} HTTP/1.1\r\nHost: a.example\r\n\r\n`);
  await expect.poll(() => underWay).toBe(1);
  gone.destroy();
  await expect.poll(() => underWay).toBe(0);
});
