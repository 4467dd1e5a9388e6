import { hash } from "node:crypto";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseDeliveryUrl } from "@freshet/core";
import { DEFAULT_LIMITS, probe } from "@freshet/core/resize";
import sharp from "sharp";
import { beforeEach, describe, expect, it } from "vitest";
import { Answers } from "../cache/answers.ts";
import { Coverage } from "../cache/coverage.ts";
import { DiskStore } from "../cache/disk-store.ts";
import { Originals } from "../cache/originals.ts";
import { Records } from "../cache/records.ts";
import { RenderQueue } from "../cache/render-queue.ts";
import type { Shelf } from "../cache/shared/shared-tier.ts";
import { Variants } from "../cache/variants.ts";
import { describeOriginal } from "../projects/originals.ts";
import { projectOf } from "../projects/project.test.support.ts";
import type { Fetched } from "../sources/source.ts";
import { Delivery } from "./deliver.ts";

const project = projectOf({
  source: { allow: ["h.example"], allowPrivate: false, maxBytes: 1_000_000, timeoutMs: 10_000 },
  cache: { browser: 60, cdn: 3_600, revalidate: 3_600 },
});
const original = describeOriginal(project, "https://h.example/hat.jpg");
const picture = (shade: number) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: { r: shade, g: 0, b: 0 } } })
    .png()
    .toBuffer();

/** What instances have in common: an origin, and a bucket per kind with a list of what was looked for. */
let file: Buffer;
let fetches: number;
let gate: Promise<void>;
let looked: string[];
let buckets: { variants: Map<string, Uint8Array>; originals: Map<string, Uint8Array> };

function shelfOf(kind: keyof typeof buckets): Shelf {
  return {
    find: async (name) => {
      looked.push(`${kind} ${name}`);
      return buckets[kind].get(name);
    },
    offer: (name, bytes) => void buckets[kind].set(name, bytes),
    knows: (name) => buckets[kind].has(name),
  };
}

const newFolder = () => mkdtemp(join(tmpdir(), "freshet-shared-"));

/** An instance with a disk of its own. */
async function instance(folder?: string, bytesOfOriginals = 1e7) {
  const home = folder ?? (await newFolder());
  const disk = (name: string, most = 1e7) => DiskStore.open(join(home, name), most);
  const coverage = new Coverage();
  const own = { renders: 0 };
  const originals = new Originals({
    source: {
      async fetch(): Promise<Fetched> {
        fetches += 1;
        await gate;
        return { kind: "found", bytes: file, contentType: "image/png", validators: {}, age: 0 };
      },
    },
    coverage,
    records: new Records(await disk("records"), 100),
    bytes: await disk("bytes", bytesOfOriginals),
    shared: shelfOf("originals"),
    readFacts: probe,
    now: Date.now,
  });
  const variants = new Variants({
    disk: await disk("variants"),
    shared: shelfOf("variants"),
    queue: new RenderQueue({ places: 1, maxWaitingCost: 1e6, maxAgeMs: 10_000 }),
    limits: DEFAULT_LIMITS,
    onRender: () => {
      own.renders += 1;
    },
  });
  const delivery = new Delivery({ originals, variants, answers: new Answers(1e6), coverage });
  const get = (query = "w=4&force_format=png") => {
    const url = parseDeliveryUrl(`/v7/https://h.example/hat.jpg?${query}`);
    if (!url) throw new Error("not a delivery URL");
    const request = { project, original, sources: [original] as const, url };
    return delivery.deliver(request, { accept: undefined, ifNoneMatch: undefined }, query);
  };
  const invalidate = (sequence: number) =>
    coverage.apply(sequence, [{ kind: "original", project: "demo", tag: original.tag }]);
  return { own, get, invalidate };
}

async function redOf(body: Uint8Array): Promise<number> {
  return (await sharp(body).raw().toBuffer())[0] ?? -1;
}

describe("bytes that instances share", () => {
  beforeEach(async () => {
    file = await picture(50);
    [fetches, looked, gate] = [0, [], Promise.resolve()];
    buckets = { variants: new Map(), originals: new Map() };
  });

  it("spare a new instance the render, and it asks the origin once", async () => {
    await (await instance()).get();
    fetches = 0;
    const second = await instance();
    const { from, answer } = await second.get();
    expect([from, second.own.renders, fetches]).toEqual(["shared", 0, 1]);
    expect(await redOf(answer.body)).toBe(50);
    await expect.poll(async () => (await second.get()).from).toBe("disk");
  });

  it("are not looked at before a covered record was read anew, and then only by its digest", async () => {
    await (await instance()).get();
    const second = await instance();
    await second.get();
    looked = [];
    const { promise, resolve: open } = Promise.withResolvers<void>();
    gate = promise;
    file = await picture(200);
    second.invalidate(1);
    const waiting = second.get();
    await sleep(50);
    expect(looked).toEqual([]);
    open();
    const { answer, from } = await waiting;
    expect([from, await redOf(answer.body)]).toEqual(["rendered", 200]);
    expect(looked).toEqual([`variants ${answer.etag.slice(1, -1)}`]);
  });

  it("serve an original that the local disk had no room for, without asking the origin again", async () => {
    const folder = await newFolder();
    const small = await instance(folder, 1);
    await small.get();
    await expect.poll(async () => (await readdir(join(folder, "records"))).length).toBe(1);
    const restarted = await instance(folder, 1);
    [fetches, looked] = [0, []];
    const { from } = await restarted.get("w=2&force_format=png");
    expect([from, fetches]).toEqual(["rendered", 0]);
    expect(looked.at(-1)).toBe(`originals ${hash("sha256", file)}`);
  });

  it("are finished into one answer for all who wait for them", async () => {
    const one = await instance();
    const all = await Promise.all(Array.from({ length: 20 }, () => one.get()));
    // The first one's own, and what memory made of it.
    expect(new Set(all.map(({ answer }) => answer)).size).toBe(2);
    expect(new Set(all.map(({ answer }) => Buffer.from(answer.body).toString("hex"))).size).toBe(1);
    expect([one.own.renders, new Set(all.map(({ from }) => from))]).toEqual([1, new Set(["rendered"])]);
  });
});
