import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readQuery, readTransformation } from "@freshet/core";
import { DEFAULT_LIMITS, letGo, probe, render } from "@freshet/core/resize";
import sharp from "sharp";
import { beforeEach, expect, test } from "vitest";
import { DiskStore } from "./disk-store.ts";
import { FrameShelf } from "./frames.ts";
import { createPatience } from "./patience.ts";
import { RenderQueue } from "./render-queue.ts";
import { Variants, variantKey } from "./variants.ts";

let variants: Variants;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "freshet-variants-"));
  variants = new Variants({
    disk: await DiskStore.open(folder, 1e7),
    queue: new RenderQueue({ places: 2, maxWaitingCost: 1_000, maxAgeMs: 10_000 }),
    limits: DEFAULT_LIMITS,
  });
});

/** Red at one end of a grey bar: what a crop to what stands out keeps. */
async function bar(left: number): Promise<Buffer> {
  const spot = { create: { width: 40, height: 40, channels: 3 as const, background: "#f00" } };
  return sharp({ create: { width: 400, height: 100, channels: 3, background: "#888" } })
    .composite([{ input: spot, left, top: 30 }])
    .png()
    .toBuffer();
}

async function isRedIn(bytes: Uint8Array, digest: string, query: string): Promise<boolean> {
  const { transformation } = readTransformation(readQuery(query));
  const request = { digest, further: [], facts: await probe(bytes), transformation, format: "png" } as const;
  const variant = await variants.get(variantKey(request), request, async () => bytes);
  const { channels } = await sharp(variant?.bytes).stats();
  return (channels[0]?.mean ?? 0) > (channels[1]?.mean ?? 0) + 5;
}

test("what stands out in an original is looked for once for all its sizes", async () => {
  expect(await isRedIn(await bar(20), "one", "w=100&h=100&gravity=auto")).toBe(true);
  // Other bytes under the same digest show where the answer comes from: it is what was seen in the first.
  expect(await isRedIn(await bar(340), "one", "w=50&h=50&gravity=auto")).toBe(false);
  expect(await isRedIn(await bar(340), "two", "w=50&h=50&gravity=auto")).toBe(true);
});

test("sizes of one photograph that come together share a decode, and are what they are apart", async () => {
  const noise = { type: "gaussian", mean: 120, sigma: 40 } as const;
  const photograph = await sharp({
    create: { width: 2_310, height: 1_502, channels: 3, background: "#888", noise },
  })
    .jpeg()
    .toBuffer();
  const facts = await probe(photograph);
  const frames = new FrameShelf(1e8);
  const sharing = new Variants({
    disk: await DiskStore.open(await mkdtemp(join(tmpdir(), "freshet-variants-")), 1e7),
    queue: new RenderQueue({ places: 2, maxWaitingCost: 1_000, maxAgeMs: 60_000 }),
    limits: DEFAULT_LIMITS,
    frames,
  });
  const made = (by: Variants, w: number) => {
    const { transformation } = readTransformation(readQuery(`w=${w}`));
    const request = { digest: "p", further: [], facts, transformation, format: "jpeg" } as const;
    return by.get(variantKey(request), request, async () => photograph);
  };
  const widths = [120, 240, 300, 420, 460];
  const together = await Promise.all(widths.map((w) => made(sharing, w)));
  expect(frames.bytes).toBeGreaterThan(0);
  expect(frames.bytes).toBeLessThanOrEqual(3 * (577 * 375 + 288 * 187));
  for (const [at, w] of widths.entries())
    expect(
      Buffer.compare(together[at]?.bytes ?? photograph, (await made(variants, w))?.bytes ?? photograph),
    ).toBe(0);
});

test("spellings of one wish have one key, and other wishes another", () => {
  const key = (query: string, gamut?: "p3") => {
    const { transformation } = readTransformation(readQuery(query));
    const facts = {
      format: "png",
      width: 9,
      height: 9,
      pages: 1,
      hasAlpha: false,
      pixels: 81,
      interlaced: false,
    } as const;
    return variantKey({ digest: "d", further: [], facts, transformation, format: "webp", gamut });
  };
  expect(key("f=gray,blur:4&w=8&func=fit&r=0")).toBe(key("blur=4.0&grey=1&width=4&dpr=2&org_if_sml=1"));
  expect(key("w=8&h=8&gravity=smart")).toBe(key("w=8&h=8&gravity=auto&margin=3"));
  expect(key("w=8&h=8&gravity=auto")).not.toBe(key("w=8&h=8"));
  expect(key("w=8", "p3")).not.toBe(key("w=8"));
});

test("what is made for nobody is made at once when a visitor asks for the same, and for both", async () => {
  const folder = await mkdtemp(join(tmpdir(), "freshet-variants-"));
  const queue = new RenderQueue({ places: 2, maxWaitingCost: 1_000, maxAgeMs: 10_000 });
  const patient = new Variants({ disk: await DiskStore.open(folder, 1e7), queue, limits: DEFAULT_LIMITS });
  const busy = Promise.withResolvers<void>();
  const visitor = queue.run({ cost: 1 }, () => busy.promise);
  let made = 0;
  const wanted = {
    ...{
      key: "a".repeat(40),
      needs: () => ({ cost: 1 }),
      digest: "d",
      bytesOf: async () => new Uint8Array([1]),
    },
    make: async () => {
      made += 1;
      return new Uint8Array([2]);
    },
  };
  const patience = createPatience(new AbortController().signal);
  const warming = patient.make({ ...wanted, patience }, wanted.make);
  await expect.poll(() => queue.running).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(made).toBe(0);
  const visited = await patient.make(wanted, wanted.make);
  expect([made, visited?.bytes, (await warming)?.bytes]).toEqual([
    1,
    new Uint8Array([2]),
    new Uint8Array([2]),
  ]);
  busy.resolve();
  await visitor;
});

test.each([
  ["rendered", (whole: Buffer) => whole],
  ["refused", (whole: Buffer) => whole.subarray(0, whole.length / 2)],
])("says when an original that was %s is needed no longer, and not before", async (_, partOf) => {
  const noise = Uint8Array.from({ length: 300 * 200 * 3 }, (_, at) => Math.imul(at, at) >>> 3);
  const whole = await sharp(noise, { raw: { width: 300, height: 200, channels: 3 } })
    .png()
    .toBuffer();
  const request = {
    ...{ digest: "d", further: [], transformation: { resize: { w: 100 } }, format: "webp" as const },
    facts: await probe(whole),
  };
  const original = new Uint8Array(partOf(whole));
  const bytesOf = async (_digest: string, until?: Promise<unknown>) => {
    void until?.then(() => letGo(original));
    return original;
  };
  const made = await variants.get("b".repeat(40), request, bytesOf).catch((error: Error) => error);
  expect(original).toHaveLength(0);
  if (made instanceof Error) expect(made).toMatchObject({ code: "IMAGE_UNREADABLE" });
  else expect(made?.bytes).toEqual((await render(whole, request.transformation, request)).bytes);
});
