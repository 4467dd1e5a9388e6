import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

/** Differ between a miss and a hit, or from moment to moment. */
const MOVING = new Set(["cache-status", "server-timing", "date", "keep-alive"]);

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
    const closed = await exchange("Connection: close\r\n", 1);
    expect(closed).toContain("Connection: close");
  });

  it("come in order on one connection, however many are asked for at once", async () => {
    const { body } = await get();
    const text = await exchange("", 20);
    expect(text.split("HTTP/1.1 200 OK\r\n").length - 1).toBe(20);
    expect(text.split(body.toString("latin1")).length - 1).toBe(20);
  });

  /** Sends the request `times` over in one go and reads until the server has answered them all. */
  function exchange(header: string, times: number): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = "";
      const request = `GET ${path} HTTP/1.1\r\nHost: demo\r\n${header}\r\n`;
      const last = `GET /livez HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n`;
      const socket = connect(freshet.port, "127.0.0.1", () =>
        socket.write(request.repeat(times) + (header === "" ? last : "")),
      );
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
