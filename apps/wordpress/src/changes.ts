import type { AssetChange } from "@freshet/core";
import type { AttachmentEvent, ChangedFile } from "./event.ts";
import type { Site } from "./site.ts";

/** What an event means for delivery, and what of it was left out and why. */
export interface EventChanges {
  readonly changes: readonly AssetChange[];
  readonly remarks: readonly string[];
}

/**
 * One change per file of the event. Files on other hosts are left out: a site may speak for its own pictures only.
 * A query or fragment is cut off, because an invalidation covers the file under every query.
 */
export function changesOf(event: AttachmentEvent, site: Site): EventChanges {
  const changes = new Map<string, AssetChange>();
  const remarks: string[] = [];
  for (const file of event.files) {
    const original = originalOf(file.url, site);
    if (original === undefined) {
      remarks.push(`${file.url.slice(0, 200)} is no file of ${site.host}; it was left out.`);
      continue;
    }
    changes.set(original, changeOf(original, file, event));
  }
  return { changes: [...changes.values()], remarks };
}

function changeOf(
  original: string,
  file: ChangedFile,
  { isRefresh, link }: Pick<AttachmentEvent, "isRefresh" | "link">,
): AssetChange {
  const gone = file.digest === undefined && file.version === undefined;
  return {
    kind: gone ? "removed" : "replaced",
    original,
    // Without version and digest a change is never taken for one that is known already.
    ...(file.version !== undefined && isRefresh !== true && { version: file.version }),
    ...(file.digest !== undefined && isRefresh !== true && { digest: file.digest }),
    ...(link !== undefined && { link }),
  };
}

/** The URL as browsers ask for it, percent-encoded the way they do it. */
function originalOf(text: string, site: Site): string | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  if (url.host !== site.host || url.username !== "" || url.password !== "") return undefined;
  if (url.pathname === "/") return undefined;
  // A literal star would read as a wildcard.
  return `${url.origin}${url.pathname.replaceAll("*", "%2A")}`;
}
