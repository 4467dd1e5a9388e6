import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { metricOf } from "../support/metrics.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

const SIDE = 320;
const AVIF = { accept: "image/avif,image/webp,*/*" };
const PATH = "/v7/_site_/waves.png?w=300";

let origin: Origin;
let server: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  origin.put("/waves.png", await waves());
  server = await startFreshet({ config: demoOf(origin) });
});
afterAll(async () => {
  await server?.stop();
  await origin?.close();
});

/** Slopes in all directions, as photographs have them. */
function waves(): Promise<Buffer> {
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % SIDE, Math.floor(at / 3 / SIDE)];
    const value = 128 + 50 * Math.sin(x / 9 + Math.sin(y / 23) * 3) + 40 * Math.sin(y / 7 + x / 31);
    return Math.max(
      0,
      Math.min(255, at % 3 === 1 ? 255 - value * 0.8 : value + 20 * Math.sin((x * y) / 900)),
    );
  });
  return sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer();
}

async function get(headers: Readonly<Record<string, string>> = {}) {
  const answer = await ask(server, "demo", PATH, { ...AVIF, ...headers });
  return {
    ...answer,
    etag: answer.headers.get("etag") ?? "",
    nodes: answer.headers.get("cdn-cache-control"),
  };
}

const figure = (name: string) => metricOf(server, name);

test("a picture that is asked for again is the same in fewer bytes before long, under a tag of its own", {
  timeout: 200_000,
}, async () => {
  const first = await get();
  expect([first.status, first.headers.get("content-type")]).toEqual([200, "image/avif"]);
  const bodies = new Map([[first.etag, first.bytes]]);
  await expect
    .poll(
      async () => {
        // Whatever is swapped meanwhile: one tag, one body.
        const some = await Promise.all([get(), get(), get()]);
        for (const { etag, bytes } of some) {
          expect((bodies.get(etag) ?? bytes).equals(bytes)).toBe(true);
          bodies.set(etag, bytes);
        }
        return some.every(({ etag }) => etag !== first.etag);
      },
      { timeout: 150_000, interval: 200 },
    )
    .toBe(true);
  const better = await get();
  expect(bodies.size).toBe(2);
  expect(better.bytes.length).toBeLessThan(0.97 * first.bytes.length);
  expect(await sharp(better.bytes).metadata()).toMatchObject({ width: 300, height: 300 });
  expect(await figure('freshet_improvements_total{end="better"}')).toBe(1);
  expect(await figure("freshet_improvements_saved_bytes_total")).toBe(
    first.bytes.length - better.bytes.length,
  );
  expect(await figure("freshet_render_seconds_count"), "it is no visitor's render").toBe(1);

  const held = await get({ "if-none-match": better.etag });
  expect([held.status, held.etag]).toEqual([304, better.etag]);
  const swapped = await get({ "if-none-match": first.etag });
  expect([swapped.status, swapped.etag, swapped.bytes.equals(better.bytes)]).toEqual([
    200,
    better.etag,
    true,
  ]);

  await server.restart();
  expect((await get()).etag, "it is there after a restart").toBe(better.etag);
});
