import type { AssetChange, KnownAssets, WalkedPage } from "@freshet/core";
import { changesOf } from "./changes.ts";
import type { Site } from "./site.ts";
import type { SiteClient } from "./site-client.ts";

/** Attachments of one page; each has some eight files, and the site looks at every one. */
const ATTACHMENTS = 100;
/** Known files of one page of the second part. */
const FILES = 500;

/**
 * One page of everything the site has. First all attachments in order of their ids, whose files the site looks at, so that
 * what was overwritten behind WordPress's back becomes an event. Then all files that the plugin knows, in order of the
 * hashes of their paths: those that belong to no attachment, or no longer to the one they had.
 */
export async function walkPage(
  from: string | undefined,
  { client, known }: { readonly client: SiteClient; readonly known: KnownAssets },
  site: Site,
): Promise<WalkedPage> {
  const [, hash] = /^f([0-9a-f]{40}|)$/.exec(from ?? "") ?? [];
  if (hash !== undefined) {
    const { next } = await client.scan(hash, FILES);
    return { assets: [], cursor: next === undefined ? undefined : `f${next}`, steps: 0 };
  }
  const after = Number(/^a([0-9]{1,15})$/.exec(from ?? "")?.[1] ?? 0);
  // Asked before the files are: whatever was told by then, the page shows.
  const { head } = await client.status();
  const page = await client.files(after, ATTACHMENTS);
  // Taken for an empty site, everything it had would be taken for gone.
  if (after === 0 && page.attachments === 0 && (page.total ?? 0) > 0) {
    throw new Error(
      `The plugin of ${site.url} looks at no files. Enter the delivery URL in its settings; uploads in a bucket need "mode": "head".`,
    );
  }
  const { changes } = changesOf(
    { id: "walk", sequence: head, at: undefined, link: undefined, files: page.files },
    site,
  );
  return {
    assets: await Promise.all(changes.map((change) => asKnown(change, known))),
    cursor: page.next === undefined ? "f" : `a${page.next}`,
    order: head,
    steps: page.attachments,
    ...(page.total !== undefined && { total: page.total }),
  };
}

/** A file that is there and was too big to be read yet is what it was, as far as anybody knows. */
async function asKnown(change: AssetChange, known: KnownAssets): Promise<AssetChange> {
  if (change.kind !== "removed") return change;
  const { version, digest } = (await known.get(change.original)) ?? {};
  return {
    ...{ kind: "replaced", original: change.original },
    ...(version !== undefined && { version }),
    ...(digest !== undefined && { digest }),
  };
}
