import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshet as run } from "../cli/command.ts";
import { ask } from "../support/ask.ts";
import { EDGES, type Edge } from "../support/edges.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { full } from "../support/size.ts";

const KEY = "client_0123456789abcdef";
/** Originals that an origin may be asked for in a second. */
const RATE = 20;
const URLS = full ? 400 : 60;
const KILLS = full ? 10 : 2;
const VISITS = full ? 200 : 30;
/** Today's browsers, as the server hears them. */
const CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";

interface Clocked {
  readonly url: string;
  /** When each path was asked for. */
  readonly asked: { readonly path: string; readonly at: number }[];
  close(): Promise<void>;
}

/** An origin that writes down when it is asked for what; every path is the same picture, of which big ones are dear to make. */
async function startClocked(): Promise<Clocked> {
  const noise = (side: number) =>
    sharp({
      create: {
        width: side,
        height: side,
        channels: 3,
        background: "#888",
        noise: { type: "gaussian", mean: 128, sigma: 40 },
      },
    })
      .jpeg()
      .toBuffer();
  const [small, big] = await Promise.all([noise(64), noise(1_600)]);
  const asked: Clocked["asked"] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    asked.push({ path, at: performance.now() });
    if (path.includes("missing")) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": "image/jpeg" }).end(path.includes("big") ? big : small);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The API as a client uses it. */
const clientOf = (server: () => Freshet) => {
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${server().url}${path}`, {
      method,
      headers: { "x-client-key": KEY, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const get = async (id: string) => (await call("GET", `/warmup/${id}`)).body.warmup;
  return {
    call,
    get,
    add: async (data: readonly string[]) => (await call("POST", "/warmup/urls", { data })).body,
    async ended(id: string) {
      for (const late = Date.now() + 90_000; ; await sleep(50)) {
        const warmup = await get(id);
        if (warmup.state !== "running") return warmup;
        if (Date.now() > late) throw new Error(`still ${JSON.stringify(warmup.urls)}`);
      }
    },
    async urls(id: string) {
      const found = [];
      for (let cursor = ""; ; ) {
        const { body } = await call("GET", `/warmup/${id}/urls?limit=100${cursor && `&cursor=${cursor}`}`);
        found.push(...body.urls);
        if (body.cursor === null) return found;
        cursor = body.cursor;
      }
    },
  };
};

/** Most requests in any second. */
function busiest(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
}

describe("a warm-up", () => {
  let origins: readonly [Clocked, Clocked];
  let freshet: Freshet;
  const client = clientOf(() => freshet);

  beforeAll(async () => {
    origins = await Promise.all([startClocked(), startClocked()]);
    const [one, two] = origins;
    freshet = await startFreshet({
      config: {
        limits: { warmUpRate: RATE, renders: 2 },
        projects: {
          demo: {
            apiKey: KEY,
            origins: { allow: ["127.0.0.1"], allowPrivate: true },
            aliases: { _one_: one.url, _two_: two.url },
            formats: ["avif", "webp"],
          },
        },
      },
    });
  });
  afterAll(async () => {
    await freshet?.stop();
    await Promise.all((origins ?? []).map((origin) => origin.close()));
  });

  it(`ends each of ${URLS} URLs once through ${KILLS} kill -9 in its middle, and asks each origin no faster than told`, async () => {
    const data = Array.from({ length: URLS }, (_, at) => `/_${at % 2 ? "one" : "two"}_/${at}.jpg?w=20`);
    const reply = await client.call("POST", "/warmup/urls", { data });
    expect(reply).toEqual({
      status: 200,
      body: { status: "success", count_added: URLS, count_failed: 0, msg: "", id: expect.any(String) },
    });
    const { id } = reply.body;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const some = Math.floor((URLS * kill) / (KILLS + 2));
      for (;;) {
        const { urls } = await client.get(id);
        if (urls.warm >= some) break;
        await sleep(20);
      }
      await freshet.kill();
      await freshet.restart();
    }
    expect(await client.ended(id)).toMatchObject({
      ...{ state: "done", count_added: URLS, answers: URLS * 3 },
      urls: { waiting: 0, warm: URLS, partly: 0, failed: 0, stopped: 0, refused: 0 },
    });
    const urls = await client.urls(id);
    expect(urls.map(({ place }) => place)).toEqual(data.map((_, at) => at));
    for (const { formats } of urls)
      expect(formats.map(({ format }: { format: string }) => format)).toEqual(["avif", "webp", "jpeg"]);
    for (const { asked } of origins) {
      // A kill may lose an answer that was under way, of two at most.
      expect(asked.length).toBeLessThanOrEqual(URLS / 2 + 2 * KILLS);
      // One more where the process before did not come to write down when it asked.
      expect(busiest(asked.map(({ at }) => at))).toBeLessThanOrEqual(RATE + 1 + KILLS);
    }
    const before = origins.map(({ asked }) => asked.length);
    for (const [path, accept, type] of [
      [data[0], CHROME, "image/avif"],
      [data[1], "image/webp", "image/webp"],
      [data[2], "*/*", "image/jpeg"],
    ] as const) {
      const { headers } = await fetch(`${freshet.url}${path}`, { headers: { accept } });
      expect(headers.get("cache-status")).toMatch(/^freshet; hit/);
      expect(headers.get("content-type")).toBe(type);
    }
    expect(origins.map(({ asked }) => asked.length)).toEqual(before);
  });

  it("never holds visitors up", async () => {
    const data = Array.from({ length: VISITS }, (_, at) => `/_one_/big-${at % 4}.jpg?w=${1_200 + at}`);
    /** A picture that nobody has asked for. */
    let fresh = 0;
    const visit = async () => {
      fresh += 1;
      const begun = performance.now();
      const { status, headers } = await fetch(`${freshet.url}/_two_/visited.jpg?w=${20 + fresh}`, {
        headers: { accept: "*/*" },
      });
      expect(status).toBe(200);
      expect(headers.get("cache-status")).toContain("fwd=miss");
      return performance.now() - begun;
    };
    await visit();
    const { id } = await client.add(data);
    const times: number[] = [];
    // On and on until some dear ones have been made beside them.
    for (let urls = { warm: 0, waiting: VISITS }; times.length < VISITS || urls.warm < 2; ) {
      times.push(await visit());
      ({ urls } = await client.get(id));
      expect(urls.waiting, "it was under way all the time").toBeGreaterThan(0);
    }
    await client.call("DELETE", `/warmup/${id}`);
    const warmed = await client.urls(id);
    const dear = warmed
      .flatMap(({ formats }) => formats)
      .filter(({ format, from }) => format === "avif" && from === "rendered")
      .map(({ ms }) => ms);
    // Were visitors in one line with it, each would have to wait for a dear one; most wait for none.
    const typical = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.75)] ?? 0;
    expect(typical).toBeLessThan(Math.min(...dear));
    console.log(
      `visitors ${typical.toFixed(0)} ms (75 %), warmed meanwhile ${dear.map((ms) => ms.toFixed(0))} ms`,
    );
  });

  it("is sent, watched and stopped from a shell", async () => {
    const env = { FRESHET_SERVER: freshet.url, FRESHET_API_KEY: KEY };
    const options = { cwd: freshet.dataFolder, env };
    const good = await run(["warmup", "--wait", "--json"], {
      ...options,
      input: '\uFEFFurl\r\n"/_two_/cli.jpg?w=10,11"\r\n\r\n/_two_/cli.jpg?w=12\r\n',
    });
    expect([good.code, good.err]).toEqual([0, ""]);
    expect(JSON.parse(good.out).warmup).toMatchObject({ state: "done", urls: { warm: 2 } });
    const bad = await run(["warmup", "--wait"], {
      ...options,
      input: "/_two_/missing.jpg\n/_two_/cli.jpg?w=13\nhttps://elsewhere.example/a.jpg\n",
    });
    expect(bad.code).toBe(1);
    expect(bad.err).toContain("Not every URL is warm: 1 are, 1 failed, 1 refused.");
    const [, id = ""] = /warmup show (\S+)"/.exec(bad.err) ?? [];
    const shown = await run(["warmup", "show", id], options);
    expect(shown.out).toContain("ORIGINAL_MISSING");
    expect(shown.out).toContain("WARMUP_HOST_WRONG");
    const long = Array.from({ length: 200 }, (_, at) => `/_one_/long-${at}.jpg`).join("\n");
    const late = await run(["warmup", "--wait", "--timeout", "1s", "--json"], { ...options, input: long });
    expect(late.code).toBe(6);
    const { warmup } = JSON.parse(late.out);
    const stopped = await run(["warmup", "stop", warmup.id, "--json"], options);
    expect(JSON.parse(stopped.out).warmup.state).toBe("stopped");
    expect(await run(["warmup"], { ...options, input: "" })).toMatchObject({ code: 2 });
  });
});

for (const kind of EDGES) {
  const { driver, missing } = kind;
  describe.skipIf(missing)(`a warm-up of ${driver}${missing ? ` ${missing}` : ""}`, () => {
    let origin: Clocked;
    let node: Edge;
    let freshet: Freshet;
    const client = clientOf(() => freshet);
    const get = (path: string, accept: string) =>
      ask({ port: Number(new URL(node.url).port) }, "img.demo.example", path, { accept });

    beforeAll(async () => {
      const port = await freePort();
      [origin, node] = await Promise.all([startClocked(), kind.start({ backendPort: port })]);
      freshet = await startFreshet({
        port,
        config: {
          projects: {
            demo: {
              ...{ apiKey: KEY, hosts: ["img.demo.example"], formats: ["avif", "webp"] },
              origins: { allow: ["127.0.0.1"], allowPrivate: true },
              aliases: { _one_: origin.url },
            },
          },
          cdn: [{ driver, nodes: [node.url] }],
        },
      });
    }, 120_000);
    afterAll(async () => {
      await freshet?.stop();
      await node?.stop();
      await origin?.close();
    });

    it("leaves every format in the node, so that its first visitor is a hit", async () => {
      const path = "/_one_/big.jpg?w=700";
      const { id } = await client.add([path]);
      expect(await client.ended(id)).toMatchObject({ urls: { warm: 1 } });
      const [{ formats }] = await client.urls(id);
      expect(formats.map(({ nodes }: { nodes: { status: number }[] }) => nodes[0]?.status)).toEqual([
        200, 200, 200,
      ]);
      const asked = origin.asked.length;
      for (const [accept, type] of [
        [CHROME, "image/avif"],
        ["image/webp,*/*", "image/webp"],
        ["*/*", "image/jpeg"],
      ] as const) {
        const { headers, status } = await get(path, accept);
        expect([status, headers.get("content-type")]).toEqual([200, type]);
        expect(headers.get("cache-status"), accept).toContain(`${driver}; hit`);
      }
      expect(origin.asked.length).toBe(asked);
    });
  });
}
