import { TryLater } from "@freshet/connector";
import type { AssetChange, CmsAdapter, KnownAssets, WalkedPage } from "@freshet/core";
import { originalOf } from "../changes.ts";
import type { Site } from "../site.ts";
import type { MediaList, MediaPlace } from "./media-list.ts";
import type { OriginFiles } from "./origin-file.ts";
import type { RobotsRules } from "./robots.ts";

/** How a site without the plugin is looked at. */
export interface HeadClient {
  readonly media: MediaList;
  readonly files: OriginFiles;
  /** Which addresses the site keeps programs away from. */
  rules(): Promise<RobotsRules>;
}

/** Pictures of one page: with their sizes some two hundred requests. */
const PAGE = 25;

/**
 * Teaches the connector a WordPress on which the plugin cannot be installed: it is never told of a change, so it lists the media
 * and compares what the server of the files says of each with what it said before.
 */
export function createHeadAdapter(options: {
  readonly site: Site;
  readonly now: () => number;
}): CmsAdapter<HeadClient> {
  const { site, now } = options;

  const judge = async (
    originals: readonly string[],
    { known, client }: { readonly known: KnownAssets; readonly client: HeadClient },
  ): Promise<readonly AssetChange[]> => {
    const rules = await client.rules();
    const allowed = originals.filter((original) => rules.allows(original));
    if (allowed.length === 0 && originals.length > 0) {
      throw new Error(
        `The robots.txt of ${site.host} keeps programs away from its pictures. Allow Freshet there.`,
      );
    }
    const seen = await Promise.all(allowed.map((original) => lookAt(original, known, client.files)));
    if (seen.length > 3 && seen.every((asset) => asset === undefined)) {
      throw new TryLater(`${site.host} says nothing about its files.`, 0);
    }
    return seen.filter((asset) => asset !== undefined);
  };

  return {
    name: "wordpress",
    // Nobody there has a secret, so nothing that claims to come from there is genuine.
    verify: async () => ({ ok: false, reason: "signature-missing" }),
    changes: async () => [],
    async reconcile(from, context): Promise<WalkedPage> {
      const order = now();
      const { media, next } = await context.client.media.after(readPlace(from), PAGE);
      const originals = media.flatMap(({ urls }) => urls.map((url) => originalOf(url, site)));
      const ours = [...new Set(originals.filter((original) => original !== undefined))];
      return {
        assets: await judge(ours, context),
        cursor: next && `${next.offset}.${next.id}`,
        order,
        steps: media.length,
      };
    },
    missed: judge,
  };
}

/** What a file is now; undefined when nobody can say. Bytes are read only where validators are missing or differ. */
async function lookAt(
  original: string,
  known: KnownAssets,
  files: OriginFiles,
): Promise<AssetChange | undefined> {
  const state = await files.look(original);
  if (state.kind === "unknown") return undefined;
  if (state.kind === "gone") return { kind: "removed", original };
  const before = await known.get(original);
  const { mark } = state;
  const isSame = mark !== undefined && before?.version === mark;
  if (isSame) return { kind: "replaced", original, version: mark, ...digestOf(before.digest) };
  // Met for the first time: validators are enough to see that it changes.
  if (mark !== undefined && before === undefined) return { kind: "replaced", original, version: mark };
  const digest = await files.digest(original);
  const version = mark ?? (digest === undefined ? undefined : `c${digest.slice(0, 12)}`);
  if (version === undefined) return undefined;
  return { kind: "replaced", original, version, ...digestOf(digest) };
}

const digestOf = (digest: string | undefined) => (digest === undefined ? {} : { digest });

function readPlace(cursor: string | undefined): MediaPlace {
  const [, offset, id] = /^([0-9]{1,12})\.([0-9]{1,15})$/.exec(cursor ?? "") ?? [];
  return { offset: Number(offset ?? 0), id: Number(id ?? 0) };
}
