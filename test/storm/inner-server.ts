import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Everything an invalidation of this storm can name. */
export type Scope =
  | { readonly kind: "original"; readonly original: number }
  /** Several originals in one request. */
  | { readonly kind: "originals"; readonly from: number; readonly count: number }
  | { readonly kind: "overlay"; readonly overlay: number }
  | { readonly kind: "folder"; readonly folder: number }
  /** Each contains every second folder. */
  | { readonly kind: "shelf"; readonly shelf: number }
  /** Of the user: an original may have several, or none. */
  | { readonly kind: "tag"; readonly tag: number }
  | { readonly kind: "project" };

export const ORIGINALS = 12;
const OVERLAYS = 3;
const FOLDERS = 4;
const SHELVES = 2;
const TAGS = 3;

/** Whether an original has the user's tag. */
const hasTag = (original: number, tag: number): boolean => original % (tag + 2) === 0;

/**
 * Stands for Freshet's server: an answer is stamped with the number applied before its original is read (rule 1), takes its time
 * afterwards, and carries the tags of all its sources.
 */
export interface InnerServer {
  readonly port: number;
  /** The sources under a scope get new bytes; answers their version, which only grows. */
  change(scope: Scope): number;
  /** Accepts and applies an invalidation: answers its number. */
  accept(): number;
  readonly applied: number;
  /** Answers sent. */
  readonly fills: number;
  close(): Promise<void>;
}

export async function startInnerServer(options: {
  /** How long the next fill takes between reading and the end of its answer, in milliseconds. */
  readonly delay: () => number;
  /** Whether the next fill sends headers and half its body before that wait. */
  readonly half: () => boolean;
}): Promise<InnerServer> {
  const versions = new Array<number>(ORIGINALS).fill(0);
  let version = 0;
  let sequence = 0;
  let fills = 0;

  async function answer(original: number, response: ServerResponse): Promise<void> {
    fills++;
    const stamp = sequence;
    const wait = options.delay();
    const half = options.half();
    await sleep(wait % 3);
    const body = `${versions[original]};`.padEnd(2_000, "x");
    if (!half) await sleep(wait);
    response.writeHead(200, {
      "Content-Type": "image/webp",
      "Content-Length": body.length,
      "Freshet-Stamp": stamp,
      xkey: tagsOf(original, stamp).join(" "),
      ETag: `"${original}-${versions[original]}"`,
      Vary: "Accept",
      "Cache-Control": "public, max-age=60",
      "CDN-Cache-Control": "max-age=31536000",
    });
    response.write(body.slice(0, 1_000));
    if (half) await sleep(wait);
    response.end(body.slice(1_000));
  }

  const server = createServer((request, response) => {
    const original = /^\/storm\/(\d+)\.jpg\?/.exec(request.url ?? "")?.[1];
    if (original === undefined) response.end();
    else void answer(Number(original), response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    change(scope) {
      version++;
      for (const original of coveredBy(scope)) versions[original] = version;
      return version;
    },
    accept: () => ++sequence,
    get applied() {
      return sequence;
    },
    get fills() {
      return fills;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The originals whose answers a scope covers. */
export function coveredBy(scope: Scope): readonly number[] {
  return Array.from({ length: ORIGINALS }, (_, original) => original).filter(
    (original) =>
      scope.kind === "project" ||
      (scope.kind === "original" && scope.original === original) ||
      (scope.kind === "originals" && original >= scope.from && original < scope.from + scope.count) ||
      (scope.kind === "overlay" && scope.overlay === original % OVERLAYS) ||
      (scope.kind === "folder" && scope.folder === original % FOLDERS) ||
      (scope.kind === "shelf" && scope.shelf === original % SHELVES) ||
      (scope.kind === "tag" && hasTag(original, scope.tag)),
  );
}

/** The tags that are purged for a scope. Every class begins at its own place, so that no two scopes share a slot by chance. */
export function tagsToPurge(scope: Scope): readonly [string, ...string[]] {
  if (scope.kind === "project") return [tag("t", 1)];
  if (scope.kind === "folder") return [tag("p", 0x2000 + scope.folder)];
  if (scope.kind === "shelf") return [tag("p", 0x2800 + scope.shelf)];
  if (scope.kind === "overlay") return [tag("o", 0x3000 + scope.overlay)];
  if (scope.kind === "tag") return [tag("u", 0x4000 + scope.tag)];
  if (scope.kind === "original") return [tag("o", 0x1000 + scope.original)];
  const [first = 0, ...more] = coveredBy(scope);
  return [tag("o", 0x1000 + first), ...more.map((original) => tag("o", 0x1000 + original))];
}

/** A tag that no answer carries. */
export function foreignTag(sequence: number, place: number): string {
  return `o-${(0xf000_0000 + sequence * 0x1000 + place).toString(16)}${"0bad".repeat(2)}`;
}

export function randomScope(random: () => number): Scope {
  const dice = random();
  const below = (count: number) => Math.floor(random() * count);
  if (dice < 0.5) return { kind: "original", original: below(ORIGINALS) };
  if (dice < 0.6) return { kind: "originals", from: below(ORIGINALS - 3), count: 3 };
  if (dice < 0.7) return { kind: "overlay", overlay: below(OVERLAYS) };
  if (dice < 0.8) return { kind: "folder", folder: below(FOLDERS) };
  if (dice < 0.86) return { kind: "shelf", shelf: below(SHELVES) };
  if (dice < 0.95) return { kind: "tag", tag: below(TAGS) };
  return { kind: "project" };
}

function tagsOf(original: number, generation: number): readonly string[] {
  const [own] = tagsToPurge({ kind: "original", original });
  return [
    own,
    `${own}.g${generation}`,
    ...tagsToPurge({ kind: "overlay", overlay: original % OVERLAYS }),
    ...tagsToPurge({ kind: "shelf", shelf: original % SHELVES }),
    ...tagsToPurge({ kind: "folder", folder: original % FOLDERS }),
    ...Array.from({ length: TAGS }, (_, each) => each)
      .filter((each) => hasTag(original, each))
      .flatMap((each) => tagsToPurge({ kind: "tag", tag: each })),
    ...tagsToPurge({ kind: "project" }),
  ];
}

function tag(letter: string, place: number): string {
  return `${letter}-${place.toString(16).padStart(4, "0")}${"5eed".repeat(3)}`;
}
