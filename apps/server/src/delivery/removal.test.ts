import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDeliveryUrl } from "@freshet/core";
import { DEFAULT_LIMITS, makeCutout, probe } from "@freshet/core/resize";
import sharp from "sharp";
import { beforeEach, describe, expect, it } from "vitest";
import { Answers } from "../cache/answers.ts";
import { Coverage } from "../cache/coverage.ts";
import { DiskStore } from "../cache/disk-store.ts";
import { Originals } from "../cache/originals.ts";
import { createPatience } from "../cache/patience.ts";
import { Records } from "../cache/records.ts";
import { RenderQueue } from "../cache/render-queue.ts";
import { Variants } from "../cache/variants.ts";
import { Cutout } from "../cutouts/cutout.ts";
import { describeOriginal } from "../projects/originals.ts";
import { projectOf } from "../projects/project.test.support.ts";
import { type Delivered, Delivery } from "./deliver.ts";

const policy = { allow: ["h.example"], allowPrivate: false, maxBytes: 1_000_000, timeoutMs: 10_000 };
const project = projectOf({
  formats: [],
  source: policy,
  cache: { browser: 60, cdn: 31_536_000, revalidate: 3_600 },
});
const original = describeOriginal(project, "https://h.example/hat.png");
const MASK = "a".repeat(64);

let cutout: Cutout;
let asked: number;
let isKept: boolean;
/** While a render is under way. */
let meanwhile: () => void;
let delivery: Delivery;

beforeEach(async () => {
  [cutout, asked, isKept, meanwhile] = [new Cutout(), 0, true, () => {}];
  const file = await sharp({ create: { width: 60, height: 40, channels: 3, background: "#c33" } })
    .png()
    .toBuffer();
  const half = {
    width: 60,
    height: 40,
    data: Uint8Array.from({ length: 2_400 }, (_, at) => (at % 60 < 30 ? 255 : 0)),
  };
  const mask = await makeCutout({ original: file }, () => half);
  const home = await mkdtemp(join(tmpdir(), "freshet-removal-"));
  const disk = (name: string) => DiskStore.open(join(home, name), 1e8);
  const coverage = new Coverage();
  const originals = new Originals({
    source: {
      fetch: async () => ({ kind: "found", bytes: file, contentType: "image/png", validators: {}, age: 0 }),
    },
    ...{ coverage, readFacts: probe, now: Date.now },
    records: new Records(await disk("records"), 100),
    bytes: await disk("bytes"),
  });
  const variants = new Variants({
    disk: await disk("variants"),
    queue: new RenderQueue({ places: 2, maxWaitingCost: 1e6, maxAgeMs: 60_000 }),
    limits: DEFAULT_LIMITS,
    onRender: () => meanwhile(),
  });
  const cutouts = {
    of: async () => {
      asked += 1;
      return cutout;
    },
    async bytesOf(digest: string) {
      if (digest === MASK && isKept) return mask;
      // It is forgotten whose mask it was: who asks next begins anew.
      cutout = new Cutout();
      return undefined;
    },
  };
  delivery = new Delivery({ originals, variants, answers: new Answers(1e7), coverage, cutouts });
});

async function ask(
  query: string,
  { ifNoneMatch, signal }: { ifNoneMatch?: string; signal?: AbortSignal } = {},
) {
  const url = parseDeliveryUrl(`/v7/https://h.example/hat.png?${query}`);
  if (!url) throw new Error("not a delivery URL");
  const request = { project, original, sources: [original] as const, url };
  const wish = { accept: undefined, ifNoneMatch, patience: signal && createPatience(signal) };
  return delivery.hit(request, query, wish) ?? delivery.deliver(request, wish, query);
}
const said = ({ answer }: Delivered, name: string) => {
  const at = answer.head.indexOf(name);
  return at === -1 ? undefined : answer.head[at + 1];
};
const alphaIn = async ({ answer }: Delivered) =>
  (await sharp(answer.body).ensureAlpha().extractChannel("alpha").raw().toBuffer()).at(-1);

describe("a removal", () => {
  it("is awaited for seconds by an answer that memory keeps, and lets go once it is made", async () => {
    const first = await ask("bg_remove=1&w=30");
    expect([said(first, "Freshet-Pending"), said(first, "CDN-Cache-Control")]).toEqual([
      "bg_remove",
      "max-age=5",
    ]);
    expect([(await ask("bg_remove=1&w=30")).from, asked]).toEqual(["memory", 1]);
    cutout.settle(MASK);
    const result = await ask("bg_remove=1&w=30");
    expect([said(result, "Freshet-Pending"), said(result, "CDN-Cache-Control")]).toEqual([
      undefined,
      "max-age=31536000",
    ]);
    expect([await alphaIn(first), await alphaIn(result)]).toEqual([255, 0]);
    expect((await ask("bg_remove=1&w=30")).from).toBe("memory");
  });

  it("that is made while its first answer is rendered is none of that answer's", async () => {
    meanwhile = () => cutout.settle(MASK);
    const first = await ask("bg_remove=1&w=30");
    expect([await alphaIn(first), said(first, "CDN-Cache-Control")]).toEqual([255, "max-age=5"]);
    expect(await alphaIn(await ask("bg_remove=1&w=30"))).toBe(0);
  });

  it("is not held by whoever holds the first answer", async () => {
    const ifNoneMatch = (await ask("bg_remove=1&w=30")).answer.etag;
    expect((await ask("bg_remove=1&w=30", { ifNoneMatch })).answer.etag).toBe(ifNoneMatch);
    cutout.settle(MASK);
    const result = await ask("bg_remove=1&w=30", { ifNoneMatch });
    expect([result.answer.etag === ifNoneMatch, result.answer.body.length > 0]).toEqual([false, true]);
  });

  it("that there is none of leaves the picture as it is, for as long as any, and says so", async () => {
    cutout.settle(undefined);
    const left = await ask("bg_remove=1&w=30");
    expect([said(left, "Freshet-Remarks"), said(left, "CDN-Cache-Control")]).toEqual([
      "bg_remove",
      "max-age=31536000",
    ]);
    expect(said(await ask("w=30"), "Freshet-Remarks")).toBeUndefined();
  });

  it("is waited for by whoever has patience, and not longer than that", async () => {
    const patient = ask("bg_remove=1&w=30", { signal: new AbortController().signal });
    const stop = new AbortController();
    const stopped = ask("bg_remove=1&w=20", { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    cutout.settle(MASK);
    expect(await alphaIn(await patient)).toBe(0);
  });

  it("whose mask was evicted is awaited anew", async () => {
    cutout.settle(MASK);
    isKept = false;
    const first = await ask("bg_remove=1&w=30");
    expect([asked, said(first, "Freshet-Pending")]).toEqual([2, "bg_remove"]);
  });

  it("costs nothing where the URL asks for none", async () => {
    await ask("w=30&bg_remove=0");
    expect(asked).toBe(0);
  });
});
