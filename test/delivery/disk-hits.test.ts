import { connect } from "node:net";
import { createInvalidationClient } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

/** Differ between a miss and a hit, or from moment to moment. */
const MOVING = new Set(["cache-status", "server-timing", "date", "connection", "keep-alive"]);
/** Means nothing, and leads a request the ordinary way. */
const ORDINARY = { range: "pages=1" };

async function noise(seed: number): Promise<Buffer> {
  let state = seed;
  const pixels = Buffer.from(
    Array.from({ length: 400 * 300 * 3 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
  return sharp(pixels, { raw: { width: 400, height: 300, channels: 3 } })
    .png()
    .toBuffer();
}

describe("hits of the disk", () => {
  let origin: Origin;
  let freshet: Freshet;
  /** Larger than anything that so small a memory takes. */
  const large = "/v7/_site_/noise.png?w=380";
  const small = "/v7/_site_/noise.png?w=40";

  beforeAll(async () => {
    origin = await startOrigin();
    origin.put("/noise.png", await noise(1), { etag: '"one"', "content-type": "image/png" });
    freshet = await startFreshet({ config: { ...demoOf(origin), limits: { memoryBytes: 2 ** 20 } } });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  const get = async (path: string, more: RequestInit = {}) => {
    const answer = await fetch(`${freshet.url}${path}`, more);
    const head = Object.fromEntries([...answer.headers].filter(([name]) => !MOVING.has(name)));
    const from = /detail=(\w+)/.exec(answer.headers.get("cache-status") ?? "")?.[1] ?? "nowhere";
    return { from, status: answer.status, head, body: Buffer.from(await answer.arrayBuffer()) };
  };
  /** A file is written behind its answer. */
  const onDisk = (path: string) => expect.poll(async () => (await get(path)).from).toBe("disk");

  it("give the head and body that the miss gave, by whichever way", async () => {
    const miss = await get(large);
    expect(miss.body.length).toBeGreaterThan(2 ** 17);
    await onDisk(large);
    for (const more of [{}, {}, { headers: ORDINARY }, { method: "HEAD" }]) {
      const hit = await get(large, more);
      expect([hit.from, hit.status, hit.head]).toEqual(["disk", 200, miss.head]);
      if (!("method" in more)) expect(hit.body.equals(miss.body)).toBe(true);
    }
    const unmodified = await get(large, { headers: { "if-none-match": miss.head.etag ?? "" } });
    expect([unmodified.status, unmodified.body.length]).toEqual([304, 0]);
  });

  it("are hits of memory the second time, after a restart too", async () => {
    const { body } = await get(small);
    // What was kept is written behind the answer; the restart finds what had its name by then.
    await expect.poll(async () => (await get(small)).from).toBe("memory");
    await get(large);
    await freshet.restart();
    await expect
      .poll(async () => {
        const hit = await get(small);
        return [hit.from, hit.body.equals(body)];
      })
      .toEqual(["memory", true]);
    expect((await get(large)).from).toBe("disk");
  });

  it("reach a client that reads slowly whole and unmixed, while others are answered from the same memory", async () => {
    const others = [1, 2].map((step) => `/v7/_site_/noise.png?w=${380 - step}`);
    const expected = (await get(large)).body;
    for (const path of [large, ...others]) await onDisk(path);
    const bodies = await Promise.all(others.map(async (path) => (await get(path)).body));
    const socket = connect(freshet.port, "127.0.0.1").pause();
    // More than the connection takes before somebody reads.
    const asked = 60;
    for (let each = 0; each < asked; each += 1) {
      socket.write(`GET ${large} HTTP/1.1\r\nHost: 127.0.0.1:${freshet.port}\r\n\r\n`);
      for (const [place, path] of others.entries()) {
        const hit = await get(path);
        expect([hit.from, bodies[place]?.equals(hit.body)]).toEqual(["disk", true]);
      }
    }
    const chunks: Buffer[] = [];
    let length = 0;
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
    });
    socket.resume();
    await expect.poll(() => length, { timeout: 20_000 }).toBeGreaterThan(asked * expected.length);
    socket.destroy();
    let rest = Buffer.concat(chunks);
    const isAsExpected = Array.from({ length: asked }, () => {
      const start = rest.indexOf("\r\n\r\n") + 4;
      const body = rest.subarray(start, start + expected.length);
      rest = rest.subarray(start + expected.length);
      return body.equals(expected);
    });
    expect(isAsExpected).not.toContain(false);
  });

  it("end with an invalidation, though their files lie open", async () => {
    await onDisk(large);
    const before = await get(large);
    origin.put("/noise.png", await noise(2), { etag: '"two"', "content-type": "image/png" });
    const client = createInvalidationClient({
      endpoint: freshet.url,
      apiKey: demoOf(origin).projects.demo.apiKey,
    });
    const { invalidation } = await client.invalidate({ scope: "original", urls: ["/_site_/noise.png"] });
    await client.waitUntilDone(invalidation.uuid, { timeoutMs: 30_000 });
    const after = await get(large);
    expect(after.body.equals(before.body)).toBe(false);
    await onDisk(large);
    expect((await get(large)).body.equals(after.body)).toBe(true);
    expect(after.head.etag).not.toBe(before.head.etag);
  });
});
