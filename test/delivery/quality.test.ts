import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scene } from "../../bench/quality/patterns.ts";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

let origin: Origin;
let one: Freshet;
let another: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  const { data, width, height } = scene(720, 480);
  const lossless = sharp(data, { raw: { width, height, channels: 3 } }).png();
  origin.put("/hat.png", await lossless.toBuffer());
  const start = () => startFreshet({ config: demoOf(origin) });
  [one, another] = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all([one?.stop(), another?.stop(), origin?.close()]);
});

async function get(server: Freshet, query: string, accept = "image/webp") {
  const { status, bytes, headers } = await ask(server, "demo", `/v7/_site_/hat.png?${query}`, { accept });
  expect(status, query).toBe(200);
  return {
    bytes,
    type: headers.get("content-type"),
    etag: headers.get("etag"),
    from: headers.get("cache-status"),
  };
}

/** How often a quality was searched for, which takes one trial encoding or two. */
async function searches(server: Freshet): Promise<number> {
  const { bytes } = await ask(server, "demo", "/metrics");
  return Number(/^freshet_looks_total\{for="quality"\} (\d+)$/m.exec(bytes.toString())?.[1] ?? 0);
}

test("a quality is searched once an original, format, level and class of sizes: the second size is free", async () => {
  await get(one, "w=500&q=70");
  await get(one, "w=500");
  expect(await searches(one)).toBe(0);
  await get(one, "w=500&optipress=2");
  expect(await searches(one)).toBe(1);
  await get(one, "w=480&optipress=2");
  await get(one, "w=520&h=300&optipress=2");
  expect(await searches(one)).toBe(1);
  await get(one, "w=500&optipress=3");
  expect(await searches(one)).toBe(2);
  await get(one, "w=500&optipress=3", "image/avif");
  expect(await searches(one)).toBe(3);
  await get(one, "w=200&optipress=3");
  expect(await searches(one)).toBe(4);
});

test("servers that were asked in another order send the same bytes", async () => {
  for (const query of ["w=520&h=300&optipress=2", "w=480&optipress=2", "w=500&optipress=2", "w=500"]) {
    const [here, there] = [await get(one, query), await get(another, query)];
    expect(there.bytes.equals(here.bytes), query).toBe(true);
    expect(there.etag).toBe(here.etag);
  }
});

test("levels make files smaller; a quality that is given decides alone", async () => {
  const [fine, high, good] = await Promise.all(
    [1, 2, 3].map((level) => get(one, `w=500&optipress=${level}`)),
  );
  expect(high?.bytes.length).toBeLessThan(fine?.bytes.length ?? 0);
  expect(good?.bytes.length).toBeLessThan(high?.bytes.length ?? 0);
  const [both, alone] = [await get(one, "w=500&q=70&optipress=3"), await get(one, "w=500&q=70")];
  expect(both.etag).toBe(alone.etag);
  expect(both.bytes.equals(alone.bytes)).toBe(true);
});

test("levels that there are not are remarked and change nothing", async () => {
  const plain = await get(one, "w=500");
  for (const level of ["0", "4", "2.5", "-1", "best", ""]) {
    const { etag } = await get(one, `w=500&optipress=${level}`);
    expect(etag, level).toBe(plain.etag);
  }
});
