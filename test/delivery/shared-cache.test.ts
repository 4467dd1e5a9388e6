import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInvalidationClient } from "@freshet/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { isShade, type Origin, type Shade, shadeOf, startOrigin } from "../support/origin.ts";
import { type PostgresServer, postgresIsAway, startPostgres } from "../support/postgres.ts";
import { type S3Server, startS3 } from "../support/s3.ts";

const KEY = "client_0123456789abcdef";
const RED = { red: 200, green: 30, blue: 30 };
const GREEN = { red: 30, green: 180, blue: 60 };
/** So that only a store that is meant to be slow is too slow, however busy the machine is. */
const PATIENT_MS = 10_000;
const LOOKUP_MS = 250;

let origin: Origin;
let s3: S3Server;
let started: Freshet[];

beforeAll(async () => {
  origin = await startOrigin();
});
afterAll(() => origin?.close());
beforeEach(async () => {
  started = [];
  s3 = await startS3();
});
afterEach(async () => {
  await Promise.all(started.map((freshet) => freshet.stop()));
  await s3.stop();
});

/** An instance with a data folder of its own, and with a journal of its own unless `env` names a common one. */
async function start(
  sharedCache: object = { ...s3.settings, lookupMs: PATIENT_MS },
  env: Readonly<Record<string, string>> = {},
) {
  const freshet = await startFreshet({
    config: {
      projects: {
        demo: {
          apiKey: KEY,
          origins: { allow: ["127.0.0.1"], allowPrivate: true },
          aliases: { _site_: `${origin.url}/media` },
        },
      },
      log: "trace",
      sharedCache,
    },
    env,
  });
  started.push(freshet);
  return freshet;
}

async function get(freshet: Freshet, path: string) {
  const begun = performance.now();
  const answer = await fetch(`${freshet.url}/v7/_site_/${path}`, { headers: { accept: "image/webp,*/*" } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  expect(answer.status, path).toBe(200);
  const from = answer.headers.get("server-timing")?.split(";")[0];
  return { bytes, from, etag: answer.headers.get("etag"), milliseconds: performance.now() - begun };
}

async function metric(freshet: Freshet, line: string): Promise<number> {
  const text = await (await fetch(`${freshet.url}/metrics`)).text();
  const found = text.split("\n").find((each) => each.startsWith(`${line} `));
  if (found === undefined) throw new Error(`There is no metric ${line}.`);
  return Number(found.slice(line.length + 1));
}

const lookups = (freshet: Freshet, kind: string, outcome: string) =>
  metric(freshet, `freshet_shared_cache_lookups_total{kind="${kind}",outcome="${outcome}"}`);
const uploaded = (freshet: Freshet) =>
  expect.poll(() => metric(freshet, "freshet_shared_cache_queue"), { timeout: 20_000 }).toBe(0);
const invalidate = async (freshet: Freshet, path: string) => {
  const client = createInvalidationClient({ endpoint: freshet.url, apiKey: KEY });
  const { invalidation } = await client.invalidate({ scope: "original", urls: [`/_site_/${path}`] });
  expect((await client.waitUntilDone(invalidation.uuid, { timeoutMs: 30_000 })).status).toBe("DONE");
};
const asked = (path: string) => origin.requests.get(`/media/${path}`) ?? 0;
const isOf = async (bytes: Uint8Array, shade: Shade) => isShade(await shadeOf(bytes), shade);

describe("a bucket that instances share", () => {
  it("lets a new instance with an empty disk answer without a render, having asked the origin once per original", async () => {
    const paths = ["a.jpg?w=300", "a.jpg?w=100", "b.jpg?w=300&func=crop&h=200", "b.jpg?w=50"];
    await origin.paint("/media/a.jpg", RED);
    await origin.paint("/media/b.jpg", GREEN);
    const first = await start();
    const known = new Map<string, Awaited<ReturnType<typeof get>>>();
    for (const path of paths) known.set(path, await get(first, path));
    expect(await metric(first, "freshet_render_seconds_count")).toBe(paths.length);
    await uploaded(first);
    expect((await s3.objects()).size).toBe(paths.length + 2);

    const [a, b] = [asked("a.jpg"), asked("b.jpg")];
    const second = await start();
    const answers = await Promise.all(paths.map(async (path) => [path, await get(second, path)] as const));
    for (const [path, { bytes, from, etag }] of answers) {
      expect(from, path).toBe("shared");
      expect(etag).toBe(known.get(path)?.etag);
      expect(Buffer.compare(bytes, known.get(path)?.bytes ?? Buffer.of())).toBe(0);
    }
    expect(await metric(second, "freshet_render_seconds_count")).toBe(0);
    expect(await lookups(second, "variants", "hit")).toBe(paths.length);
    expect([asked("a.jpg") - a, asked("b.jpg") - b]).toEqual([1, 1]);

    // What was found is on the disk now: the bucket is not needed for it again.
    await s3.down();
    await second.restart();
    for (const path of paths) expect((await get(second, path)).from, path).toBe("disk");
    expect(await metric(second, "freshet_render_seconds_count")).toBe(0);
  });

  it("never brings an old picture back after an invalidation, on any instance", async () => {
    await origin.paint("/media/c.jpg", RED);
    const [first, second] = await Promise.all([start(), start()]);
    expect(await isOf((await get(first, "c.jpg?w=200")).bytes, RED)).toBe(true);
    await uploaded(first);
    expect(await isOf((await get(second, "c.jpg?w=200")).bytes, RED)).toBe(true);
    await origin.paint("/media/c.jpg", GREEN);
    for (const freshet of [first, second]) {
      await invalidate(freshet, "c.jpg");
      for (let count = 0; count < 5; count += 1)
        expect(await isOf((await get(freshet, "c.jpg?w=200")).bytes, GREEN)).toBe(true);
    }
    // The old bytes are still there by their content, and a new instance does not see them either.
    await uploaded(first);
    expect((await s3.objects()).size).toBe(4);
    const third = await start();
    const answer = await get(third, "c.jpg?w=200");
    expect([answer.from, await isOf(answer.bytes, GREEN)]).toEqual(["shared", true]);
  });

  it("takes objects that are cut or changed for absent, counts them and writes them anew", async () => {
    await origin.paint("/media/d.jpg", RED);
    const first = await start();
    for (const path of ["d.jpg?w=200", "d.jpg?w=100"]) await get(first, path);
    await uploaded(first);
    const variants = [...(await s3.objects())].filter(([key]) => key.includes("/variants/"));
    const [one, other] = variants.map(([, file]) => file);
    const bytes = await readFile(one ?? "");
    await writeFile(one ?? "", Buffer.alloc(bytes.length, 7));
    await truncate(other ?? "", 20);
    const second = await start();
    for (const path of ["d.jpg?w=200", "d.jpg?w=100"]) {
      const answer = await get(second, path);
      expect([answer.from, await isOf(answer.bytes, RED)]).toEqual(["rendered", true]);
    }
    expect(await lookups(second, "variants", "corrupt")).toBe(2);
    await uploaded(second);
    const third = await start();
    for (const path of ["d.jpg?w=200", "d.jpg?w=100"]) expect((await get(third, path)).from).toBe("shared");
  });

  it("gives an original back that the disk has lost, without asking the origin", async () => {
    await origin.paint("/media/e.jpg", RED);
    const freshet = await start();
    await get(freshet, "e.jpg?w=200");
    await uploaded(freshet);
    const before = asked("e.jpg");
    await freshet.kill();
    await rm(join(freshet.dataFolder, "originals"), { recursive: true });
    await freshet.restart();
    expect((await get(freshet, "e.jpg?w=123")).from).toBe("rendered");
    expect(await lookups(freshet, "originals", "hit")).toBe(1);
    expect(asked("e.jpg")).toBe(before);
  });

  it("shares variants alone where it is told so", async () => {
    await origin.paint("/media/f.jpg", RED);
    const freshet = await start({ ...s3.settings, originals: false, prefix: "", lookupMs: PATIENT_MS });
    await get(freshet, "f.jpg?w=200");
    await uploaded(freshet);
    const keys = [...(await s3.objects()).keys()];
    expect(keys).toEqual([expect.stringMatching(/^variants\/[\w.-]+\/[0-9a-f]{2}\/[0-9a-f]{40}$/)]);
  });

  it("costs an answer no more than its time when it is slow, nothing when it is down, and is used again by itself", async () => {
    await origin.paint("/media/g.jpg", RED);
    const freshet = await start({ ...s3.settings, lookupMs: LOOKUP_MS });
    s3.delayMs = 60_000;
    const slow: number[] = [];
    for (let width = 100; width < 112; width += 1)
      slow.push((await get(freshet, `g.jpg?w=${width}`)).milliseconds);
    const [late, paused] = [
      await lookups(freshet, "variants", "slow"),
      await lookups(freshet, "variants", "paused"),
    ];
    // Five open the breaker; where the rest takes seconds, one may try again.
    expect(late).toBeGreaterThanOrEqual(5);
    expect([late < slow.length, late + paused]).toEqual([true, slow.length]);
    expect(await metric(freshet, 'freshet_shared_cache_breaker{way="read"}')).toBeGreaterThan(0);
    // The machine may be busy, but one that waited for the store would have taken a minute.
    expect(Math.max(...slow)).toBeLessThan(LOOKUP_MS + 5_000);
    await s3.down();
    s3.delayMs = 0;
    for (let width = 112; width < 120; width += 1) await get(freshet, `g.jpg?w=${width}`);
    await s3.up();
    await expect
      .poll(
        async () => {
          await get(freshet, `g.jpg?w=${200 + Math.floor(Math.random() * 200)}`);
          return metric(freshet, 'freshet_shared_cache_breaker{way="read"}');
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe(0);
    expect(freshet.logs()).toContain("the shared cache is passed over until it works again");
    expect(freshet.logs()).toContain("the shared cache is used again");
  });

  it("keeps its credentials out of logs, metrics and answers, also when they are refused", async () => {
    await origin.paint("/media/h.jpg", RED);
    const { accessKeyId, secretAccessKey } = s3.settings;
    const good = await start();
    const bad = await start({ ...s3.settings, bucket: "nobody-made-this" });
    const wrong = await start({ ...s3.settings, accessKeyId: "unknown-to-it" });
    for (const freshet of [good, bad, wrong]) {
      for (let width = 300; width < 307; width += 1) await get(freshet, `h.jpg?w=${width}`);
      await uploaded(freshet).catch(() => {});
    }
    const texts = await Promise.all(
      started.map(async ({ url, logs }) => logs() + (await (await fetch(`${url}/metrics`)).text())),
    );
    for (const text of texts) expect(text).not.toMatch(new RegExp(`hidden|${accessKeyId}|unknown-to-it`));
    expect(texts.join()).not.toContain(secretAccessKey);
    expect(bad.logs()).toContain("S3_NO_BUCKET");
    expect(wrong.logs()).toContain("S3_REFUSED");
  });
});

const missing = postgresIsAway();

describe.skipIf(missing !== undefined)(`a bucket and a journal${missing ? ` (${missing})` : ""}`, () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  it("make instances that come and go show one picture, rendered once, and the new one when it is Done", async () => {
    await origin.paint("/media/i.jpg", RED);
    const join = () => start(undefined, { FRESHET_STORE_URL: postgres.url });
    const first = await join();
    await get(first, "i.jpg?w=200");
    await uploaded(first);
    const second = await join();
    expect((await get(second, "i.jpg?w=200")).from).toBe("shared");

    await origin.paint("/media/i.jpg", GREEN);
    await invalidate(first, "i.jpg");
    const answers = [];
    for (const freshet of [first, second]) {
      answers.push(await get(freshet, "i.jpg?w=200"));
      await uploaded(freshet);
    }
    for (const { bytes } of answers) expect(await isOf(bytes, GREEN)).toBe(true);
    expect(answers.map(({ from }) => from)).toEqual(["rendered", "shared"]);
    const third = await join();
    const answer = await get(third, "i.jpg?w=200");
    expect([answer.from, await isOf(answer.bytes, GREEN)]).toEqual(["shared", true]);
    const renders = [];
    for (const freshet of [first, second, third])
      renders.push(await metric(freshet, "freshet_render_seconds_count"));
    expect(renders).toEqual([2, 0, 0]);
  });
});
