import type { AssetChange } from "@freshet/core";
import type { ContentfulEvent } from "../event.ts";
import type { Policy } from "../policy.ts";
import type { AssetFile, Files } from "./asset-file.ts";
import { fileOf, type Locales, stableNames, versionOf } from "./names.ts";

/** What the index knows of an asset in one environment. */
export interface KnownAsset {
  readonly state: "published" | "unpublished" | "archived" | "deleted";
  /** Place of the last event that was followed, in Contentful's order: milliseconds since the epoch. */
  readonly place: number;
  /** How often an editor asked for a new version. */
  readonly bumps: number;
  readonly title: string | undefined;
  /** Of an asset that is not published any more, those it had. */
  readonly files: Files;
}

/** A block that holds now, by the original's name. */
export type Blocks = ReadonlyMap<string, "policy" | "editor">;

/** Everything that is looked at. */
export interface Situation {
  readonly space: string;
  readonly asset: string;
  /** Place of the event. */
  readonly place: number;
  readonly known: KnownAsset | undefined;
  /** Addresses of this asset's files that other environments publish. */
  readonly elsewhere: ReadonlySet<string>;
  /** The environment is the one that visitors see: stable ids stand for its files. */
  readonly isDelivered: boolean;
  readonly locales: Locales;
  readonly blocks: Blocks;
  readonly policy: Policy;
  readonly link: string;
}

/** What is to be done, why, and what is known from then on. */
export interface Decided {
  readonly changes: readonly AssetChange[];
  readonly reason: string;
  /** Absent: the index stays as it is. */
  readonly next?: KnownAsset;
  readonly block?: readonly string[];
  readonly unblock?: readonly string[];
}

type Published = Extract<ContentfulEvent, { kind: "published" }>;
type Withdrawn = Extract<ContentfulEvent, { kind: "withdrawn" }>;

const NO_FILES: Files = {};

/** Compares what is published with what was, locale by locale. */
export function decidePublished(event: Published, situation: Situation): Decided {
  const { known, place, policy, elsewhere, blocks } = situation;
  if (known !== undefined && place < known.place) return late(known);
  const before = known?.state === "published" ? known.files : NO_FILES;
  const differences = compare(before, event.files);
  const touched = new Set(differences.flatMap(({ kind, url }) => (kind === "touched" ? [url] : [])));
  const bumps = (known?.bumps ?? 0) + (touched.size > 0 ? 1 : 0);
  const title = event.title ?? known?.title;
  const next: KnownAsset = { state: "published", place, bumps, title, files: event.files };
  const current = new Set(Object.values(event.files).map(({ url }) => url));

  const changes: AssetChange[] = [];
  const gone = new Set(Object.values(before).map(({ url }) => url));
  for (const url of gone) {
    if (current.has(url) || elsewhere.has(url)) continue;
    if (policy.replaced === "purge") changes.push({ kind: "removed", original: url });
  }
  const unblock: string[] = [];
  for (const file of Object.values(event.files)) {
    if (changes.some(({ original }) => original === file.url)) continue;
    const version = versionOf(file, bumps);
    if (blocks.get(file.url) === "policy") {
      unblock.push(file.url);
      changes.push({ kind: "served", original: file.url, version });
    } else if (touched.has(file.url)) {
      changes.push({ kind: "replaced", original: file.url, version });
    }
  }
  changes.push(...stableChanges(situation, before, next, touched, unblock));
  const said = sentenceOf(known, differences, blocks, event.files);
  const reason = [...event.remarks, said, ...missed(event)].join(" ");
  return {
    changes: changes.map((change) => ({ ...change, link: situation.link })),
    reason,
    next,
    unblock,
  };
}

/** Takes an asset away: nothing but its id is known of it now, the rest is what was known before. */
export function decideWithdrawn(event: Withdrawn, situation: Situation): Decided {
  const { known, place, policy, elsewhere, blocks, space, asset, isDelivered, locales, link } = situation;
  if (known !== undefined && place < known.place) return late(known);
  const state = STATES[event.how];
  const isBlocking = (event.how === "delete" ? policy.deleted : policy.unpublished) === "block";
  const files = known?.files ?? NO_FILES;
  const next: KnownAsset = {
    ...{ state, place, files },
    bumps: known?.bumps ?? 0,
    title: known?.title,
  };
  const wasPublished = known?.state === "published" || known === undefined;
  const urls = [...new Set(Object.values(files).map(({ url }) => url))];
  const shown = urls.filter((url) => elsewhere.has(url));
  const names = isDelivered ? [...stableNames(space, asset, locales, files).keys()] : [];
  const originals = [...urls.filter((url) => !elsewhere.has(url)), ...names];
  const block = isBlocking ? originals.filter((each) => !blocks.has(each)) : [];
  const purged = wasPublished ? originals.filter((each) => !block.includes(each) && !blocks.has(each)) : [];
  const changes: AssetChange[] = [
    ...block.map((original) => ({ kind: "blocked" as const, original, link })),
    ...purged.map((original) => ({ kind: "removed" as const, original, link })),
  ];
  return { changes, reason: [WORDS[event.how], why(), ...missed(event)].join(" "), next, block };

  function why(): string {
    const still = shown.length === 0 ? "" : " Another environment publishes its file, which is served on.";
    if (known === undefined) return `No file of it was known.${still}`;
    if (changes.length === 0)
      return wasPublished ? still.trim() || "It had no file." : "It was not published any more.";
    return `${block.length > 0 ? "Blocked, as the policy says." : "Forgotten; Contentful itself serves the file on."}${still}`;
  }
}

/** What an editor asked for by hand. */
export function decideAsked(
  event: Extract<ContentfulEvent, { kind: "asked" }>,
  situation: Situation,
): Decided {
  const { known, blocks, space, asset, isDelivered, locales, link, place } = situation;
  const files = known?.files ?? NO_FILES;
  const urls = [...new Set(Object.values(files).map(({ url }) => url))];
  const names = isDelivered ? [...stableNames(space, asset, locales, files).keys()] : [];
  const originals = [...urls, ...names];
  const by = `${event.by} asked for it.`;
  if (known === undefined || originals.length === 0)
    return { changes: [], reason: `${by} No file of it is known.` };
  const all = (kind: AssetChange["kind"], which: readonly string[]): readonly AssetChange[] =>
    which.map((original) => ({ kind, original, link }));
  switch (event.wish) {
    case "purge":
      return {
        changes: all(
          "replaced",
          originals.filter((each) => !blocks.has(each)),
        ),
        reason: `Purge: ${by}`,
      };
    case "re-version":
      return {
        changes: all(
          "replaced",
          originals.filter((each) => !blocks.has(each)),
        ),
        reason: `New version: ${by}`,
        next: { ...known, bumps: known.bumps + 1 },
      };
    case "block":
      return { changes: all("blocked", originals), reason: `Block: ${by}`, block: originals };
    case "unblock": {
      const held = [...blocks.keys()];
      return {
        changes: all("served", held),
        reason: held.length === 0 ? `Unblock: ${by} Nothing was blocked.` : `Unblock: ${by}`,
        unblock: held,
        next: { ...known, place: Math.max(known.place, place) },
      };
    }
  }
}

/** Stable ids of which another file, or another state, is to be seen from now on. */
function stableChanges(
  { space, asset, isDelivered, locales, blocks }: Situation,
  before: Files,
  next: KnownAsset,
  touched: ReadonlySet<string>,
  unblock: string[],
): readonly AssetChange[] {
  if (!isDelivered) return [];
  const changes: AssetChange[] = [];
  for (const [name, locale] of stableNames(space, asset, locales, before, next.files)) {
    const [old, file] = [fileOf(before, locale, locales), fileOf(next.files, locale, locales)];
    const version = file && versionOf(file, next.bumps);
    const held = blocks.get(name);
    if (held === "policy") {
      unblock.push(name);
      changes.push({ kind: "served", original: name, ...(version !== undefined && { version }) });
    } else if (held === undefined && (old?.url !== file?.url || (file && touched.has(file.url)))) {
      changes.push(
        version === undefined
          ? { kind: "removed", original: name }
          : { kind: "replaced", original: name, version },
      );
    }
  }
  return changes;
}

interface Difference {
  readonly kind: "added" | "removed" | "replaced" | "touched";
  readonly locale: string;
  readonly url: string;
}

/** What differs between the files of an asset, by locale. */
function compare(before: Files, after: Files): readonly Difference[] {
  const locales = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...locales].toSorted().flatMap((locale): readonly Difference[] => {
    const [old, now] = [own(before, locale), own(after, locale)];
    if (now === undefined) return old ? [{ kind: "removed", locale, url: old.url }] : [];
    if (old === undefined) return [{ kind: "added", locale, url: now.url }];
    if (old.url !== now.url) return [{ kind: "replaced", locale, url: now.url }];
    return isSame(old, now) ? [] : [{ kind: "touched", locale, url: now.url }];
  });
}

const own = (files: Files, locale: string) => (Object.hasOwn(files, locale) ? files[locale] : undefined);

const isSame = (one: AssetFile, other: AssetFile) =>
  one.bytes === other.bytes &&
  one.contentType === other.contentType &&
  one.width === other.width &&
  one.height === other.height;

function sentenceOf(
  known: KnownAsset | undefined,
  differences: readonly Difference[],
  blocks: Blocks,
  files: Files,
): string {
  const back = Object.values(files).some(({ url }) => blocks.get(url) === "policy")
    ? " The block ended."
    : "";
  const editors = [...blocks.values()].includes("editor") ? " An editor's block holds." : "";
  if (known === undefined) return `Published for the first time: ${listOf(differences)}.${back}${editors}`;
  if (known.state !== "published") return `Published again: ${listOf(differences)}.${back}${editors}`;
  if (differences.length === 0)
    return `Published; no file changed, only what is said about it.${back}${editors}`;
  return `Published: ${listOf(differences)}.${back}${editors}`;
}

const VERBS = {
  added: "has a file now",
  removed: "has no file any more",
  replaced: "has another file",
  touched: "has other bytes at the same address",
} as const;

function listOf(differences: readonly Difference[]): string {
  if (differences.length === 0) return "no file";
  const shown = differences.slice(0, 5).map(({ kind, locale }) => `${locale} ${VERBS[kind]}`);
  const more = differences.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

const STATES = {
  unpublish: "unpublished",
  archive: "archived",
  delete: "deleted",
} as const satisfies Record<Withdrawn["how"], KnownAsset["state"]>;

const WORDS = {
  unpublish: "Unpublished.",
  archive: "Archived.",
  delete: "Deleted.",
} as const;

const missed = (event: Published | Withdrawn) =>
  event.missed ? ["No event had said so; it was found by comparing with Contentful."] : [];

function late({ place }: KnownAsset): Decided {
  return {
    changes: [],
    reason: `Older than what is known since ${new Date(place).toISOString()}: ignored.`,
  };
}
