import { connect } from "node:net";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

/** Differ between a miss and a hit, or from moment to moment. */
const MOVING = new Set(["cache-status", "server-timing", "date"]);
/** Means nothing, and leads a request the ordinary way. */
const ORDINARY = "Range: pages=1\r\n";

describe("hits of the memory tier", () => {
  let origin: Origin;
  let freshet: Freshet;
  const path = "/v7/_site_/a.jpg?w=90";

  beforeAll(async () => {
    origin = await startOrigin();
    await origin.paint("/a.jpg", { red: 10, green: 120, blue: 200 });
    freshet = await startFreshet({ config: demoOf(origin) });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  const get = async (more: RequestInit = {}) => {
    const answer = await fetch(`${freshet.url}${path}`, more);
    const head = Object.fromEntries([...answer.headers].filter(([name]) => !MOVING.has(name)));
    return { answer, head, body: Buffer.from(await answer.arrayBuffer()) };
  };

  it("give the head and body that the miss gave", async () => {
    const miss = await get();
    const hit = await get();
    expect(hit.answer.headers.get("cache-status")).toBe("freshet; hit; detail=memory");
    expect(hit.head).toEqual(miss.head);
    expect(hit.body).toEqual(miss.body);
    expect(Math.abs(Date.parse(hit.answer.headers.get("date") ?? "") - Date.now())).toBeLessThan(5_000);
  });

  it("are told apart by what the client takes", async () => {
    await get();
    const webp = await get({ headers: { accept: "image/webp" } });
    const again = await get({ headers: { accept: "text/html, image/webp;q=0.9" } });
    expect(webp.head["content-type"]).toBe("image/webp");
    expect(again.answer.headers.get("cache-status")).toContain("hit");
    expect(again.body).toEqual(webp.body);
  });

  it("answer 304, HEAD and a connection to be closed as every answer does", async () => {
    const { head, body } = await get();
    const unmodified = await get({ headers: { "if-none-match": String(head.etag) } });
    expect([unmodified.answer.status, unmodified.body.length]).toEqual([304, 0]);
    const bare = await get({ method: "HEAD" });
    expect([bare.body.length, bare.head["content-length"]]).toEqual([0, String(body.length)]);
    const closed = await exchange(request("GET", "Connection: close\r\n"), "");
    expect(closed).toContain("Connection: close");
  });

  it("have byte for byte the head of the ordinary way, whole, without a body and unmodified", async () => {
    const { head } = await get();
    const etag = String(head.etag);
    const asked = [
      ["GET", "", 200],
      ["HEAD", "", 200],
      ["GET", `If-None-Match: ${etag}\r\n`, 304],
      ["HEAD", `If-None-Match: ${etag}\r\n`, 304],
      ["GET", `If-None-Match: "other", W/${etag}\r\n`, 304],
      ["GET", `If-None-Match: W/"other"\r\nIf-None-Match: ${etag}\r\n`, 304],
      ["GET", "If-None-Match: *\r\n", 304],
      ["GET", 'If-None-Match: "other", W/"another"\r\n', 200],
      ["GET", `If-None-Match: ${etag.slice(0, -2)}"\r\n`, 200],
      ["HEAD", 'If-None-Match: ""\r\n', 200],
      ["GET", "If-None-Match:\r\n", 200],
    ] as const;
    for (const [method, headers, status] of asked) {
      const hot = await headOf(method, headers);
      const ordinary = await headOf(method, headers + ORDINARY);
      expect([headers, hot.status]).toEqual([headers, status]);
      expect(hot).toEqual(ordinary);
    }
  });

  it("without a body leave the connection to the next answer", async () => {
    const { head, body } = await get();
    const hidden = `If-None-Match: ${head.etag}\r\n`;
    const requests = [request("HEAD"), request("GET", hidden), request("HEAD", hidden), request("GET")];
    const text = await exchange(requests.join(""));
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      "200",
      "304",
      "304",
      "200",
    ]);
    expect(text.split(body.toString("latin1")).length - 1).toBe(1);
    expect(text.endsWith(body.toString("latin1"))).toBe(true);
  });

  it("reach a client that reads slowly whole and unmixed, while others are answered in later seconds", async () => {
    const large = "/v7/_site_/noise.png";
    const noise = sharp({
      create: { width: 1_400, height: 1_100, channels: 3, noise: { type: "gaussian", mean: 128, sigma: 50 } },
    });
    origin.put("/noise.png", await noise.png().toBuffer(), { "content-type": "image/png" });
    const ask = async () => Buffer.from(await (await fetch(`${freshet.url}${large}`)).arrayBuffer());
    const body = await ask();
    expect(body.length).toBeGreaterThan(3_000_000);
    await ask();
    const socket = connect(freshet.port, "127.0.0.1");
    socket.write(request("GET", "Connection: keep-alive\r\n", large));
    const reader = socket[Symbol.asyncIterator]();
    const received: Buffer[] = [(await reader.next()).value];
    const second = () => Math.floor(Date.now() / 1_000);
    for (let last = second(), changes = 0; changes < 2; ) {
      if (second() !== last) changes += 1;
      last = second();
      expect((await ask()).equals(body)).toBe(true);
    }
    const end = Buffer.from("\r\n\r\n");
    for (;;) {
      const all = Buffer.concat(received);
      const start = all.indexOf(end) + end.length;
      if (all.length - start === body.length) {
        expect(all.subarray(start).equals(body)).toBe(true);
        expect(all.subarray(0, start).toString("latin1")).toMatch(
          /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=72\r\n\r\n$/,
        );
        break;
      }
      received.push((await reader.next()).value);
    }
    socket.destroy();
  });

  it("come in order on one connection, however many are asked for at once", async () => {
    const { body } = await get();
    const text = await exchange(request("GET").repeat(20));
    expect(text.split("HTTP/1.1 200 OK\r\n").length - 1).toBe(20);
    expect(text.split(body.toString("latin1")).length - 1).toBe(20);
  });

  const request = (method: string, headers = "", target = path) =>
    `${method} ${target} HTTP/1.1\r\nHost: demo\r\n${headers}\r\n`;

  /** Status and lines of the head that one request is answered with, without what moves. */
  async function headOf(method: string, headers: string) {
    const [head = "", rest = ""] = (await exchange(request(method, headers))).split(/\r\n\r\n([\s\S]*)/, 2);
    const lines = head
      .replace(/^Date: .*$/m, "Date")
      .replace(/^(Server-Timing: \w+;dur)=.*$/m, "$1")
      .split("\r\n");
    return { status: Number(lines[0]?.split(" ")[1]), lines, bytes: rest.length };
  }

  /** Sends requests in one go and reads until the server has answered them all. */
  function exchange(
    requests: string,
    last = "GET /livez HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n",
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = "";
      const socket = connect(freshet.port, "127.0.0.1", () => socket.write(requests + last));
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1");
      });
      socket.on("error", reject);
      socket.on("close", () =>
        resolve(text.replace(/HTTP\/1\.1 200 OK\r\n(?![\s\S]*HTTP\/1\.1)[\s\S]*"status":"ok"[\s\S]*$/, "")),
      );
    });
  }
});
