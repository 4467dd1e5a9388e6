import type { AssetChange } from "@freshet/core";
import type { ContentfulEvent } from "../event.ts";
import type { Files } from "./asset-file.ts";
import { type Blocks, type Decided, type KnownAsset, late, missed, type Situation } from "./decide.ts";
import { compare, type Difference, wordsOf } from "./difference.ts";
import { fileOf, stableNames, versionOf } from "./names.ts";

/** Compares what is published with what was, locale by locale. */
export function decidePublished(
  event: Extract<ContentfulEvent, { kind: "published" }>,
  situation: Situation,
): Decided {
  const { known, place, policy, elsewhere, blocks } = situation;
  if (known !== undefined && place < known.place) return late(known);
  const before = known?.state === "published" ? known.files : {};
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
  if (known === undefined) return `Published for the first time: ${wordsOf(differences)}.${back}${editors}`;
  if (known.state !== "published") return `Published again: ${wordsOf(differences)}.${back}${editors}`;
  if (differences.length === 0)
    return `Published; no file changed, only what is said about it.${back}${editors}`;
  return `Published: ${wordsOf(differences)}.${back}${editors}`;
}
