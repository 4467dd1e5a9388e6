import { isRecord } from "../event.ts";
import type { Site } from "../site.ts";
import type { ListedMedia, MediaList } from "./media-list.ts";
import type { MediaSource } from "./media-source.ts";

/** How far to step back when pictures before the place were deleted meanwhile. */
const STEP_BACK = 100;
const MOST_FILES = 100;

/**
 * The media list of WordPress's REST API. That counts pages and knows no "after this id", so each page overlaps the one
 * before by one picture: when that is not where it was, pictures were deleted and the page begins further in front.
 */
export function createMediaList(site: Site, source: MediaSource): MediaList {
  return {
    async after({ offset, id }, limit) {
      let from = Math.max(0, offset - 1);
      let items = await source.list(from, limit + 1);
      while (from > 0 && !(items[0] !== undefined && idOf(items[0], site) <= id)) {
        from = Math.max(0, from - STEP_BACK);
        items = await source.list(from, Math.min(100, limit + 1));
      }
      const media: ListedMedia[] = [];
      let last = id;
      for (const item of items) {
        const found = idOf(item, site);
        if (found <= last) continue;
        last = found;
        if (isPicture(item)) media.push({ id: found, urls: urlsOf(item) });
      }
      return { media, next: items.length > limit ? { offset: from + items.length, id: last } : undefined };
    },
  };
}

function idOf(item: unknown, site: Site): number {
  if (isRecord(item) && Number.isSafeInteger(item.id) && (item.id as number) > 0) return item.id as number;
  throw new Error(`${site.url} lists media in a form that WordPress does not have.`);
}

function isPicture(item: unknown): boolean {
  return isRecord(item) && (item.media_type === "image" || /^image\//.test(String(item.mime_type)));
}

/** The file itself, its sizes, and the upload that it was scaled down from. */
function urlsOf(item: unknown): readonly string[] {
  if (!isRecord(item)) return [];
  const { source_url, media_details } = item;
  const details = isRecord(media_details) ? media_details : {};
  const sizes = isRecord(details.sizes) ? Object.values(details.sizes) : [];
  const urls = [source_url, ...sizes.map((size) => (isRecord(size) ? size.source_url : undefined))];
  if (typeof source_url === "string" && typeof details.original_image === "string") {
    const name = encodeURIComponent(details.original_image);
    urls.push(URL.parse(name, source_url)?.href);
  }
  return [...new Set(urls.filter((url) => typeof url === "string"))].slice(0, MOST_FILES);
}
