import type { AssetChange } from "@freshet/core";
import type { ContentfulEvent } from "../event.ts";
import type { Decided, Situation } from "./decide.ts";
import { stableNames } from "./names.ts";

/** What an editor asked for by hand. */
export function decideAsked(
  event: Extract<ContentfulEvent, { kind: "asked" }>,
  situation: Situation,
): Decided {
  const { known, blocks, space, asset, isDelivered, locales, link, place } = situation;
  const files = known?.files ?? {};
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
