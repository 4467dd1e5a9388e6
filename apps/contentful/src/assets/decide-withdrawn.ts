import type { AssetChange } from "@freshet/core";
import type { ContentfulEvent } from "../event.ts";
import { type Decided, type KnownAsset, late, missed, type Situation } from "./decide.ts";
import { stableNames } from "./names.ts";

type Withdrawn = Extract<ContentfulEvent, { kind: "withdrawn" }>;

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

/** Takes an asset away: nothing but its id is known of it now, the rest is what was known before. */
export function decideWithdrawn(event: Withdrawn, situation: Situation): Decided {
  const { known, place, policy, elsewhere, blocks, space, asset, isDelivered, locales, link } = situation;
  if (known !== undefined && place < known.place) return late(known);
  const state = STATES[event.how];
  const isBlocking = (event.how === "delete" ? policy.deleted : policy.unpublished) === "block";
  const files = known?.files ?? {};
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
