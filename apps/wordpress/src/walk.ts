import type { WalkedPage } from "@freshet/core";
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
  client: SiteClient,
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
  const { changes } = changesOf(
    { id: "walk", sequence: head, at: undefined, link: undefined, files: page.files },
    site,
  );
  return {
    assets: changes,
    cursor: page.next === undefined ? "f" : `a${page.next}`,
    order: head,
    steps: page.attachments,
    ...(page.total !== undefined && { total: page.total }),
  };
}
