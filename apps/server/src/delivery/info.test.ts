import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDeliveryUrl } from "@freshet/core";
import { DEFAULT_LIMITS, probe } from "@freshet/core/resize";
import { decode, isBlurhashValid } from "blurhash";
import sharp from "sharp";
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from "thumbhash";
import { expect, test } from "vitest";
import { DiskStore } from "../cache/disk-store.ts";
import { RenderQueue } from "../cache/render-queue.ts";
import { Variants } from "../cache/variants.ts";
import { aboutOf, infoWish } from "./info.ts";

async function openVariants() {
  const folder = await mkdtemp(join(tmpdir(), "freshet-info-"));
  return new Variants({
    disk: await DiskStore.open(folder, 1e7),
    queue: new RenderQueue({ places: 2, maxWaitingCost: 1_000, maxAgeMs: 10_000 }),
    limits: DEFAULT_LIMITS,
  });
}

const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: background.length > 7 ? 4 : 3, background } })
    .png()
    .toBuffer();

test.each([
  ["", undefined],
  ["?ci_info=0", undefined],
  ["?ci_info=", undefined],
  ["?ci_info=1", "header"],
  ["?ci_info=JSON", "json"],
  ["?ci_info=1&ci_info=json", "json"],
  [`?ci_info=json&ci_eqs=${btoa("ci_info=0")}`, undefined],
])("ci_info is read: %s", (query, wish) => {
  const url = parseDeliveryUrl(`/v7/host.example/a.jpg${query}`);
  expect(url && infoWish(url)).toBe(wish);
});

test("both hashes show the picture's colour and shape", async () => {
  const variants = await openVariants();
  const bytes = await plain(300, 150, "#c86432");
  const found = await aboutOf(variants, {
    digest: "one",
    facts: await probe(bytes),
    bytesOf: async () => bytes,
  });
  expect(found?.about).toMatchObject({
    ...{
      format: "png",
      bytes: bytes.length,
      width: 300,
      height: 150,
      pages: 1,
      orientation: 1,
      alpha: false,
    },
    color: "#c86432",
  });
  const { blurhash = "", thumbhash = "" } = found?.about ?? {};
  expect(isBlurhashValid(blurhash).result).toBe(true);
  const [red = 0, green = 0, blue = 0] = decode(blurhash, 1, 1);
  for (const [got, wanted] of [
    [red, 200],
    [green, 100],
    [blue, 50],
  ] as const)
    expect(Math.abs(got - wanted)).toBeLessThan(12);
  const thumb = Buffer.from(thumbhash, "base64");
  expect(Math.abs(thumbHashToAverageRGBA(thumb).r * 255 - 200)).toBeLessThan(8);
  expect(Math.abs(thumbHashToApproximateAspectRatio(thumb) - 2)).toBeLessThan(0.4);
});

test("an original is looked over once, and again only if nothing of it is kept", async () => {
  const variants = await openVariants();
  const bytes = await plain(20, 10, "#0000ff");
  let looks = 0;
  const of = {
    digest: "one",
    facts: await probe(bytes),
    bytesOf: async () => {
      looks += 1;
      return bytes;
    },
  };
  const first = await aboutOf(variants, of);
  expect(first?.from).toBe("rendered");
  await expect.poll(async () => (await aboutOf(variants, of))?.from).toBe("disk");
  const before = looks;
  expect((await aboutOf(variants, of))?.about).toEqual(first?.about);
  expect(looks).toBe(before);
  const gone = { ...of, digest: "gone", bytesOf: async () => undefined };
  expect(await aboutOf(variants, gone)).toBeUndefined();
});

test.each([
  [1, 1],
  [1, 3_000],
  [3_000, 1],
  [101, 100],
])("any shape has hashes: %i x %i", async (width, height) => {
  const bytes = await plain(width, height, "#11223300");
  const facts = await probe(bytes);
  const found = await aboutOf(await openVariants(), { digest: "x", facts, bytesOf: async () => bytes });
  expect(found?.about.color).toBeNull();
  expect(isBlurhashValid(found?.about.blurhash ?? "").result).toBe(true);
  expect(found?.about.thumbhash.length).toBeGreaterThan(0);
});
