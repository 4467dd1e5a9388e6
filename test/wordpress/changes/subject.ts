import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { InvalidationEntry } from "@freshet/core";
import sharp from "sharp";
import { expect, vi } from "vitest";
import type { Media } from "../../support/wordpress.ts";
import type { Installation } from "./installation.ts";

/** How long an original may be unreadable. */
const AWAY_MS = 20_000;
/** How long an event may take until its invalidation is Done; other people's load is in it. */
const PATIENCE_MS = 40_000;

/** What a visitor gets for a file through Varnish. */
interface Seen {
  readonly status: number;
  readonly etag: string | null;
  /** A picture of 4 × 4 pixels, as numbers; undefined where the answer is none. */
  readonly look: readonly number[] | undefined;
}

/** A picture of the media library with what the disk and visitors have of it. */
export interface Subject {
  readonly media: Media;
  /** Part of the name of every file it has or gets. */
  readonly stem: string;
}

/** Wide enough for four sizes, coloured so that turned, flipped and replaced pictures differ. */
export function paint(seed: number, width = 900, height = 600): Promise<Buffer> {
  const colour = (n: number) => ({ r: (n * 83) % 256, g: (n * 151) % 256, b: (n * 211) % 256 });
  const half = { width: width / 2, height, channels: 3 as const, background: colour(seed) };
  const noise = { create: { width: 64, height: 64, channels: 3 as const, background: colour(seed + 3) } };
  return sharp({ create: { ...half, width, background: colour(seed + 1) } })
    .composite([
      { input: { create: half }, left: 0, top: 0 },
      { input: { create: { ...half, height: height / 2, background: colour(seed + 2) } }, left: 0, top: 0 },
      { input: noise, left: 8 + (seed % 50), top: 8 },
    ])
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** A picture that is yet to come. */
export const nothingYet = (stem: string): Subject => ({ media: { id: 0, url: "", sizes: {} }, stem });

/** Uploads a picture, waits until its event is Done, and lets visitors see every file of it. */
export async function upload(all: Installation, stem: string, seed: number): Promise<Subject> {
  const since = await mark(all);
  const media = await all.wordpress.upload(`${stem}.jpg`, await paint(seed));
  const subject = { media, stem };
  await entriesOf(all, subject, 1, since);
  return subject;
}

/** What is known of a picture before it is changed: call it, change it, and ask how many invalidations that was. */
export async function watch(
  all: Installation,
  subject: Subject,
): Promise<{
  /**
   * Waits for `entries` events and an invalidation of each, no more and no fewer; then every file is to visitors what it is on the disk. Where
   * events arrive in the wrong order, the invalidation of the newest may have been accepted before an older one arrived, and covers it.
   */
  expect(entries: number, arrive?: "in order" | "in any order"): Promise<readonly InvalidationEntry[]>;
}> {
  const since = await mark(all);
  const disk = await filesOf(all, subject);
  const seen = await see(all, disk.keys());
  return {
    async expect(count, arrive) {
      const entries = await entriesOf(all, subject, count, since, arrive);
      const now = await filesOf(all, subject);
      const names = new Set([...disk.keys(), ...now.keys()]);
      const after = await see(all, names);
      const told = new Set(entries.flatMap(({ urls }) => urls.invalidated ?? []));
      for (const name of names) {
        const view = after.get(name);
        const before = seen.get(name);
        const isChanged = disk.get(name) !== now.get(name);
        if (isChanged && count > 0) expect(told).toContain(`/${urlOf(all, name)}`);
        if (!now.has(name)) {
          expect(view?.status, `${name} is gone`).toBe(404);
          continue;
        }
        expect(view?.status, name).toBe(200);
        if (before?.status === 200 && view?.etag) {
          expect(view.etag === before.etag, `${name}: a new answer if and only if the bytes are new`).toBe(
            !isChanged,
          );
        }
        const file = await readFile(join(uploads(all), name));
        expect(difference(view?.look ?? [], await lookOf(file)), `${name} looks like its file`).toBeLessThan(
          45,
        );
      }
      return entries;
    },
  };
}

/** An event as the plugin's outbox has it. */
interface WrittenEvent {
  readonly id: string;
  readonly sequence: number;
  readonly files: readonly { readonly url: string }[];
}

/** What the plugin wrote after a number, read from its table: asking the plugin itself would tell it that we have it. */
async function eventsAfter(all: Installation, sequence: number): Promise<readonly WrittenEvent[]> {
  return (await all.wordpress.rest("POST", "/tools/v1/outbox", {
    after: sequence,
  })) as readonly WrittenEvent[];
}

/** A moment in the outbox: what has a higher number is news. */
async function mark(all: Installation): Promise<number> {
  return (await eventsAfter(all, 0)).at(-1)?.sequence ?? 0;
}

/** The invalidations of what the plugin wrote about this picture since then: as many as expected, and each Done. */
async function entriesOf(
  all: Installation,
  { stem }: Subject,
  count: number,
  since: number,
  arrive: "in order" | "in any order" = "in order",
): Promise<readonly InvalidationEntry[]> {
  const patience = { timeout: PATIENCE_MS, interval: 50 };
  const written = async () =>
    (await eventsAfter(all, since)).filter(({ files }) => files.some(({ url }) => url.includes(`/${stem}`)));
  // An event is written before the request that caused it ends.
  const events = await vi.waitFor(async () => {
    const found = await written();
    expect(found.length, `events of ${stem}`).toBeGreaterThanOrEqual(count);
    return found;
  }, patience);
  expect(events, `events of ${stem}`).toHaveLength(count);
  const ids = new Set(events.map(({ id }) => id));
  const newest = events.at(-1)?.id;
  return vi.waitFor(async () => {
    const { invalidations } = await all.journal.list({ limit: 500 });
    const ours = invalidations.filter(({ cause }) => cause.kind === "wordpress" && ids.has(cause.id ?? ""));
    const found = ours.map(({ status, cause }) => `${cause.id} ${status}`).toSorted();
    const named = new Set(ours.map(({ cause }) => cause.id));
    const isEnough = arrive === "in any order" && newest !== undefined && named.has(newest);
    expect(found).toEqual([...(isEnough ? named : ids)].map((id) => `${id} DONE`).toSorted());
    return ours;
  }, patience);
}

/** Every file whose name begins with the stem, by its path below the uploads folder, and what its bytes hash to. */
async function filesOf(all: Installation, { stem }: Subject): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  // Some releases make the folder with the first upload.
  for (const name of await readdir(uploads(all), { recursive: true }).catch(() => [])) {
    if (!name.slice(name.lastIndexOf("/") + 1).startsWith(stem)) continue;
    const bytes = await readFile(join(uploads(all), name));
    found.set(name, createHash("sha256").update(bytes).digest("hex"));
  }
  return found;
}

async function see(all: Installation, names: Iterable<string>): Promise<Map<string, Seen>> {
  const views = await Promise.all(
    [...names].map(async (name): Promise<[string, Seen]> => {
      const ask = () =>
        fetch(`${all.varnish.url}/v7/${urlOf(all, name)}?w=120`, { headers: { accept: "*/*" } });
      let answer = await ask();
      // For a while the server leaves an original alone that it could not read because PHP was away.
      for (const end = Date.now() + AWAY_MS; answer.status === 502 && Date.now() < end; answer = await ask())
        await pause(200);
      const bytes = Buffer.from(await answer.arrayBuffer());
      const isPicture = answer.status === 200;
      const look = isPicture ? await lookOf(bytes) : undefined;
      return [name, { status: answer.status, etag: isPicture ? answer.headers.get("etag") : null, look }];
    }),
  );
  return new Map(views);
}

export const uploads = (all: Installation) => join(all.wordpress.site, "wp-content/uploads");

const urlOf = (all: Installation, name: string) =>
  `${all.wordpress.url}/wp-content/uploads/${name.split("/").map(encodeURIComponent).join("/")}`;

async function lookOf(bytes: Uint8Array): Promise<readonly number[]> {
  return [
    ...(await sharp(bytes).resize(4, 4, { fit: "fill", kernel: "cubic" }).removeAlpha().raw().toBuffer()),
  ];
}

function difference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Math.max(...a.map((value, at) => Math.abs(value - (b[at] ?? 0))));
}
