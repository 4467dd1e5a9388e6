import { LRUCache } from "lru-cache";
import type { Refusal } from "./refusal.ts";
import type { Location } from "./source.ts";

/** A line about the same origin and the same trouble is written once in so long. */
const SILENCE_MS = 60_000;

/** What says nothing about how an origin is. */
const UNTOLD: ReadonlySet<Refusal["code"]> = new Set<Refusal["code"]>([
  ...(["ORIGINAL_NOT_ALLOWED", "ORIGINAL_TOO_LARGE", "ORIGIN_DOWN"] as const),
  ...(["IMAGE_UNREADABLE", "IMAGE_TOO_LARGE"] as const),
]);

/** Tells an operator why originals cannot be had, often enough to notice and seldom enough to read. */
export function createReports(
  log: (event: string, details: object) => void,
  now: () => number = Date.now,
): (location: Location, refusal: Refusal) => void {
  const told = new LRUCache<string, number>({ max: 1_000 });
  return (location, { code, reason }) => {
    // What a visitor may not have is his trouble; what an origin does is the operator's.
    if (UNTOLD.has(code)) return;
    const origin = originOf(location);
    const key = `${origin} ${code}`;
    if (now() - (told.get(key) ?? Number.NEGATIVE_INFINITY) < SILENCE_MS) return;
    told.set(key, now());
    log("an original could not be read", { origin, code, reason });
  };
}

/** What an operator calls the place that an original is read from. */
export function originOf(location: Location): string {
  if (location.kind === "folder") return `folder:${location.folder}`;
  if (location.kind === "http") return URL.parse(location.urls[0] ?? "")?.origin ?? "";
  if (location.kind === "files") return `files of ${location.project}`;
  if (location.kind === "contentful") return `ctf:${location.place.space}`;
  const { place } = location;
  return `${place.endpoint}/${place.kind === "azure" ? place.container : place.bucket}`;
}
