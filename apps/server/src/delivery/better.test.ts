import { hash } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDeliveryUrl } from "@freshet/core";
import { DEFAULT_LIMITS, probe } from "@freshet/core/resize";
import sharp from "sharp";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Answers } from "../cache/answers.ts";
import { Coverage } from "../cache/coverage.ts";
import { DiskStore } from "../cache/disk-store.ts";
import { type ImprovementEnd, Improvements } from "../cache/improvements.ts";
import { Originals } from "../cache/originals.ts";
import { createPatience } from "../cache/patience.ts";
import { Records } from "../cache/records.ts";
import { RenderQueue } from "../cache/render-queue.ts";
import type { Shelf } from "../cache/shared/shared-tier.ts";
import { Variants } from "../cache/variants.ts";
import { describeOriginal } from "../projects/originals.ts";
import { projectOf } from "../projects/project.test.support.ts";
import { type Delivered, Delivery } from "./deliver.ts";

const policy = { allow: ["h.example"], allowPrivate: false, maxBytes: 1_000_000, timeoutMs: 10_000 };
const project = projectOf({
  formats: ["avif"],
  source: policy,
  cache: { browser: 60, cdn: 31_536_000, revalidate: 3_600 },
});
const original = describeOriginal(project, "https://h.example/hat.png");

let file: Buffer;
let bucket: Map<string, Uint8Array>;
const shelf: Shelf = {
  find: async (name) => bucket.get(name),
  offer: (name, bytes) => void bucket.set(name, bytes),
  knows: () => false,
};

/** Waves: what more time writes in fewer bytes. */
const waves = (side: number) => {
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < data.length; at += 1) {
    const [x, y] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side)];
    const value = 128 + 50 * Math.sin(x / 9 + Math.sin(y / 23) * 3) + 40 * Math.sin(y / 7 + x / 31);
    const fine = 20 * Math.sin((x * y) / 900);
    const colors = [value + fine, 255 - value * 0.8, 90 + 0.4 * value + 20 * Math.sin(x / 5)];
    data[at] = Math.max(0, Math.min(255, colors[at % 3] ?? 0));
  }
  const raw = { width: side, height: side, channels: 3 } as const;
  return sharp(data, { raw }).png().toBuffer();
};

interface Asking {
  readonly ifNoneMatch?: string | undefined;
  readonly isForNobody?: boolean;
  readonly query?: string;
  readonly of?: typeof project;
}

async function instance(shared?: Shelf, folder?: string) {
  const home = folder ?? (await mkdtemp(join(tmpdir(), "freshet-better-")));
  const disk = (name: string) => DiskStore.open(join(home, name), 1e8);
  const coverage = new Coverage();
  const originals = new Originals({
    source: {
      fetch: async () => ({ kind: "found", bytes: file, contentType: "image/png", validators: {}, age: 0 }),
    },
    coverage,
    records: new Records(await disk("records"), 100),
    bytes: await disk("bytes"),
    readFacts: probe,
    now: Date.now,
  });
  const own = { renders: 0, saved: 0, ends: [] as ImprovementEnd[] };
  const variants = new Variants({
    disk: await disk("variants"),
    shared,
    queue: new RenderQueue({ places: 2, maxWaitingCost: 1e6, maxAgeMs: 60_000 }),
    limits: DEFAULT_LIMITS,
    onRender: () => {
      own.renders += 1;
    },
  });
  const improvements = new Improvements({
    variants,
    bytesOf: (digest) => originals.bytes.get(digest),
    report: {
      ended: (end) => own.ends.push(end),
      saved: (bytes) => {
        own.saved += bytes;
      },
    },
    pauseMs: 1,
  });
  const answers = new Answers(1e7);
  const delivery = new Delivery({ originals, variants, answers, coverage, improvements });
  /** In the way that requests go: memory first. */
  const ask = async ({
    ifNoneMatch,
    isForNobody,
    query = "w=200",
    of = project,
  }: Asking = {}): Promise<Delivered> => {
    const url = parseDeliveryUrl(`/v7/https://h.example/hat.png?${query}`);
    if (!url) throw new Error("not a delivery URL");
    const request = { project: of, original, sources: [original] as const, url };
    const patience = isForNobody ? createPatience(new AbortController().signal) : undefined;
    const wish = { accept: "image/avif", ifNoneMatch, patience };
    return (
      delivery.hit(request, `${of.name} ${query}`, wish) ??
      delivery.deliver(request, wish, `${of.name} ${query}`)
    );
  };
  return { own, ask, home, answers, improvements };
}

const nodes = ({ answer }: Delivered) => answer.head[answer.head.indexOf("CDN-Cache-Control") + 1];
const etagIn = ({ answer }: Delivered) => answer.head[answer.head.indexOf("ETag") + 1];
const digestOf = ({ answer: { body } }: Delivered) => hash("sha256", body);

describe("a better answer", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    file = await waves(240);
  });
  beforeEach(() => {
    bucket = new Map();
  });

  it("takes the place of the first when that is asked for again, under a tag of its own", async () => {
    const { ask, own } = await instance();
    const first = await ask();
    expect(nodes(first)).toBe("max-age=600");
    await ask();
    expect(own.ends).toEqual([]);
    await ask();
    await expect.poll(() => own.ends, { timeout: 30_000 }).toEqual(["better"]);
    const better = await ask();
    expect(better.answer.body.length).toBe(first.answer.body.length - own.saved);
    expect(better.answer.etag).not.toBe(first.answer.etag);
    expect([better.from, nodes(better)]).toEqual(["disk", "max-age=31536000"]);
    expect((await sharp(better.answer.body).metadata()).width).toBe(200);
    expect((await ask()).from).toBe("memory");
    expect(own.renders, "it is no render").toBe(1);
  });

  it("never mixes head and body while it is swapped in, however many ask", async () => {
    const { ask, own } = await instance();
    const seen = new Map<string, Set<string>>();
    const tally = (each: Delivered) => {
      expect(etagIn(each)).toBe(each.answer.etag);
      const bodies = seen.get(each.answer.etag) ?? new Set();
      seen.set(each.answer.etag, bodies.add(digestOf(each)));
    };
    let isOver = false;
    const asker = async () => {
      while (!isOver) {
        tally(await ask());
        await new Promise(setImmediate);
      }
    };
    const holder = async () => {
      let held = await ask();
      while (!isOver) {
        const next = await ask({ ifNoneMatch: held.answer.etag });
        expect(etagIn(next)).toBe(next.answer.etag);
        if (next.answer.body.length > 0) {
          tally(next);
          held = next;
        } else expect(next.answer.etag, "what is confirmed is what was held").toBe(held.answer.etag);
        await new Promise(setImmediate);
      }
    };
    const all = [...Array.from({ length: 8 }, asker), ...Array.from({ length: 8 }, holder)];
    await expect.poll(() => own.ends, { timeout: 30_000 }).toEqual(["better"]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    isOver = true;
    await Promise.all(all);
    const bodies = [...seen.values()];
    expect(bodies.map(({ size }) => size)).toEqual([1, 1]);
    const digests = bodies.flatMap((each) => [...each]);
    expect(new Set(digests).size).toBe(2);
  });

  it("is confirmed to whoever has it, also where it was never made; whoever has the first gets it", async () => {
    const [one, other] = [await instance(), await instance()];
    const first = await one.ask();
    await one.ask();
    await one.ask();
    await expect.poll(() => one.own.ends, { timeout: 30_000 }).toEqual(["better"]);
    const better = await one.ask();
    for (const from of ["nothing", "memory"]) {
      const confirmed = await other.ask({ ifNoneMatch: better.answer.etag });
      expect(confirmed.answer.etag, from).toBe(better.answer.etag);
      if (from === "memory") continue;
      expect((await other.ask({ ifNoneMatch: first.answer.etag })).answer.etag).toBe(first.answer.etag);
      await other.ask();
    }
    const swapped = await one.ask({ ifNoneMatch: first.answer.etag });
    expect([swapped.answer.etag, digestOf(swapped)]).toEqual([better.answer.etag, digestOf(better)]);
  });

  it("is shared: another instance takes it over, and a restarted one knows it", async () => {
    const [one, other] = [await instance(shelf), await instance(shelf)];
    for (const each of [1, 2, 3]) await one.ask({ query: `w=200&x=${each}` });
    await expect.poll(() => one.own.ends, { timeout: 30_000 }).toEqual(["better"]);
    const better = await one.ask();
    for (let asked = 0; asked < 3; asked += 1) await other.ask();
    await expect.poll(() => other.own.ends).toEqual(["found"]);
    expect(digestOf(await other.ask())).toBe(digestOf(better));
    expect(other.own.renders).toBe(0);
    const restarted = await instance(undefined, one.home);
    expect(digestOf(await restarted.ask())).toBe(digestOf(better));
  });

  it("is made for nobody who does not wait, nor where the project wants none", async () => {
    const { ask, own } = await instance();
    for (let asked = 0; asked < 9; asked += 1) await ask({ isForNobody: true });
    const still = { ...project, name: "still", improve: false } as const;
    let last = await ask({ of: still });
    for (let asked = 0; asked < 9; asked += 1) last = await ask({ of: still });
    expect([own.ends, nodes(last)]).toEqual([[], "max-age=31536000"]);
  });

  it("that there is none ends the short life of the first", async () => {
    file = await sharp({ create: { width: 120, height: 120, channels: 3, background: "#c33" } })
      .png()
      .toBuffer();
    const { ask, own, home } = await instance();
    const first = await ask();
    expect(nodes(first)).toBe("max-age=600");
    await ask();
    await ask();
    await expect.poll(() => own.ends, { timeout: 30_000 }).toEqual(["none"]);
    const last = await ask();
    expect([last.answer.etag, nodes(last)]).toEqual([first.answer.etag, "max-age=31536000"]);
    expect((await ask()).from).toBe("memory");
    const restarted = await instance(undefined, home);
    expect(nodes(await restarted.ask())).toBe("max-age=31536000");
    file = await waves(240);
  });
});
