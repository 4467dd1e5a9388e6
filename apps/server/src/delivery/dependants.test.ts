import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDeliveryUrl } from "@freshet/core";
import { DEFAULT_LIMITS, probe } from "@freshet/core/resize";
import sharp from "sharp";
import { beforeEach, expect, test } from "vitest";
import { Answers } from "../cache/answers.ts";
import { Coverage, type Mark } from "../cache/coverage.ts";
import { DiskStore } from "../cache/disk-store.ts";
import { Originals } from "../cache/originals.ts";
import { Records } from "../cache/records.ts";
import { RenderQueue } from "../cache/render-queue.ts";
import { Variants } from "../cache/variants.ts";
import { describeOriginal, type Original, wideTagsOf } from "../projects/originals.ts";
import { projectOf } from "../projects/project.test.support.ts";
import type { Fetched } from "../sources/source.ts";
import { Delivery } from "./deliver.ts";
import type { DeliveryRequest } from "./request.ts";

const project = projectOf({
  tags: [{ match: "/marks/", tag: "brand" }],
  source: { allow: ["h.example"], allowPrivate: false, maxBytes: 1_000_000, timeoutMs: 1_000 },
  cache: { browser: 60, cdn: 3_600, revalidate: 3_600 },
});
const shown = describeOriginal(project, "https://h.example/a/hat.jpg");
const overlay = describeOriginal(project, "https://h.example/marks/logo.png");
const WISH = { accept: undefined, ifNoneMatch: undefined };

let coverage: Coverage;
let delivery: Delivery;
/** What the origin gives, by path, and how often it was asked. */
let files: Map<string, Buffer>;
let asked: string[];
/** Waited for before the origin answers. */
let gates: Map<string, Promise<void>>;

const picture = (shade: number) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: { r: shade, g: 0, b: 0 } } })
    .png()
    .toBuffer();

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "freshet-dependants-"));
  const disk = (name: string) => DiskStore.open(join(folder, name), 1e7);
  coverage = new Coverage();
  files = new Map([
    ["/a/hat.jpg", await picture(1)],
    ["/marks/logo.png", await picture(2)],
  ]);
  asked = [];
  gates = new Map();
  const originals = new Originals({
    source: {
      async fetch(location): Promise<Fetched> {
        const path = location.kind === "http" ? new URL(location.urls[0] ?? "").pathname : "";
        asked.push(path);
        const bytes = files.get(path);
        await gates.get(path);
        if (!bytes) return { kind: "missing", status: 404 };
        return { kind: "found", bytes, contentType: "image/png", validators: {}, age: 0 };
      },
    },
    coverage,
    records: new Records(await disk("records"), 100),
    bytes: await disk("bytes"),
    readFacts: probe,
    now: Date.now,
  });
  const queue = new RenderQueue({ places: 1, maxWaitingCost: 1e6, maxAgeMs: 10_000 });
  const variants = new Variants({ disk: await disk("variants"), queue, limits: DEFAULT_LIMITS });
  delivery = new Delivery({ originals, variants, answers: new Answers(1e6), coverage });
});

/** A request whose answer is made from these sources, as a transformation with an overlay asks for. */
function requestFor(...sources: readonly [Original, ...Original[]]): DeliveryRequest {
  const url = parseDeliveryUrl("/v7/https://h.example/a/hat.jpg?w=4&force_format=png");
  if (!url) throw new Error("not a delivery URL");
  return { project, original: sources[0], sources, url };
}
const request = requestFor(shown, overlay);
const deliver = () => delivery.deliver(request, WISH, "key");
const header = (head: readonly string[], name: string) => head[head.indexOf(name) + 1] ?? "";

test("an answer carries the tags of all its sources and is named by the digests of all", async () => {
  const { answer } = await deliver();
  const tags = header(answer.head, "xkey").split(" ");
  expect(tags).toEqual(
    expect.arrayContaining([shown.tag, overlay.tag, ...wideTagsOf(shown), ...wideTagsOf(overlay)]),
  );
  const plain = await delivery.deliver(requestFor(shown), WISH, "plain");
  expect(plain.answer.etag).not.toBe(answer.etag);
  files.set("/marks/logo.png", await picture(3));
  coverage.apply(1, [{ kind: "original", project: "demo", tag: overlay.tag }]);
  expect((await deliver()).answer.etag).not.toBe(answer.etag);
});

test.each<[string, Mark]>([
  ["the overlay itself", { kind: "original", project: "demo", tag: overlay.tag }],
  ["the overlay's folder", { kind: "prefix", project: "demo", prefix: "h.example/marks/" }],
  ["a tag of the overlay", { kind: "tag", project: "demo", tag: overlay.identity.userTags[0] ?? "" }],
  ["the picture", { kind: "original", project: "demo", tag: shown.tag }],
  ["the project", { kind: "project", project: "demo" }],
])("an invalidation of %s covers every use of the answer", async (_, mark) => {
  const before = await deliver();
  expect(delivery.hit(request, "key")).toMatchObject({ answer: before.answer, stamp: 0 });
  coverage.apply(5, [mark]);
  expect(delivery.hit(request, "key")).toBeUndefined();
  asked.length = 0;
  const after = await deliver();
  expect(after.stamp).toBe(5);
  expect(asked.length).toBeGreaterThan(0);
  expect(header(after.answer.head, "xkey")).toContain(`${shown.tag}.g5`);
  expect(delivery.hit(request, "key")).toMatchObject({ stamp: 5 });
});

test("an answer is as old as the oldest of its sources", async () => {
  await deliver();
  coverage.apply(3, [{ kind: "original", project: "demo", tag: overlay.tag }]);
  const opened = Promise.withResolvers<void>();
  gates.set("/marks/logo.png", opened.promise);
  const answered = deliver();
  await expect.poll(() => asked.filter((path) => path === "/marks/logo.png")).toHaveLength(2);
  // The picture was found uncovered at 3 by now; what comes while the overlay is fetched must not make it younger.
  coverage.apply(4, [{ kind: "original", project: "demo", tag: shown.tag }]);
  opened.resolve();
  const { stamp, answer } = await answered;
  expect(stamp).toBe(3);
  expect(header(answer.head, "xkey")).toContain(`${shown.tag}.g3`);
  expect(delivery.hit(request, "key")).toBeUndefined();
});

test("a version says nothing about further sources: only the original alone is immutable", async () => {
  const version = await deliver().then(({ answer }) => `c${answer.digests[0]?.slice(0, 12)}`);
  const versioned = (each: DeliveryRequest) => ({ ...each, url: { ...each.url, version } });
  const alone = await delivery.deliver(versioned(requestFor(shown)), WISH, "alone");
  expect(header(alone.answer.head, "Cache-Control")).toContain("immutable");
  const both = await delivery.deliver(versioned(request), WISH, "both");
  expect(header(both.answer.head, "Cache-Control")).toBe("public, max-age=60");
});

test("a further source that is gone takes the answer with it", async () => {
  files.delete("/marks/logo.png");
  await expect(deliver()).rejects.toMatchObject({ code: "ORIGINAL_MISSING" });
});
