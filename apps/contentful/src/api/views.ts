import { buildDeliveryUrl } from "@freshet/core";
import type { Block, Entry } from "../assets/asset-index.ts";
import { fileOf, type Locales, stableName, stableNames, versionOf } from "../assets/names.ts";
import type { Walk } from "../walk/walks.ts";

const iso = (time: number) => new Date(time).toISOString();

/** An asset as pages show it. */
export function viewAsset(
  space: string,
  endpoint: string,
  asset: string,
  entry: Entry,
  about: {
    readonly locales: Locales;
    readonly isDelivered: boolean;
    readonly blocks: readonly Block[];
    readonly uses: number;
  },
) {
  const { locales, isDelivered, blocks, uses } = about;
  const blocked = new Set(blocks.map(({ original }) => original));
  return {
    asset,
    title: entry.title ?? null,
    state: entry.state,
    changed_at: iso(entry.place),
    files: Object.entries(entry.files).map(([locale, file]) => ({
      locale,
      original: file.url,
      version: versionOf(file, entry.bumps),
      delivery_url: buildDeliveryUrl(endpoint, file.url, {}, { version: versionOf(file, entry.bumps) }),
      content_type: file.contentType,
      bytes: file.bytes,
      width: file.width ?? null,
      height: file.height ?? null,
      file_name: file.fileName,
      is_blocked: blocked.has(file.url),
    })),
    // Stable ids stand for what the delivered environment publishes.
    stable: isDelivered
      ? [...stableNames(space, asset, locales, entry.files)].map(([name, locale]) => ({
          locale: locale ?? null,
          original: name,
          delivery_url: buildDeliveryUrl(endpoint, name),
          stands_for:
            entry.state === "published" ? (fileOf(entry.files, locale, locales)?.url ?? null) : null,
          is_blocked: blocked.has(name),
        }))
      : [],
    blocks: blocks.map(viewBlock),
    uses,
  };
}

export function viewBlock({ asset, original, kind, reason, at }: Block) {
  return { asset, original, by: kind, reason, at: iso(at) };
}

export function viewWalk(walk: Walk | undefined) {
  if (walk === undefined || (walk.begunAt === 0 && walk.wantedAt === 0)) return null;
  const isRunning = walk.begunAt > (walk.endedAt ?? 0);
  const isWanted = walk.wantedAt > walk.begunAt;
  return {
    state: isRunning ? "running" : isWanted ? "wanted" : "done",
    begun_at: walk.begunAt === 0 ? null : iso(walk.begunAt),
    ended_at: walk.endedAt === undefined ? null : iso(walk.endedAt),
    seen: walk.seen,
    differences: walk.found,
    wanted_by: walk.wantedBy ?? null,
  };
}

/** The stable id of an asset that nothing is known of. */
export const viewUnknown = (space: string, asset: string) => ({
  asset,
  state: "unknown",
  title: null,
  files: [],
  stable: [],
  blocks: [],
  uses: 0,
  original: stableName(space, asset),
});
