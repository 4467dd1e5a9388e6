import type { ProbeRequest } from "@freshet/core";
import { LRUCache } from "lru-cache";

/** Delivery URLs remembered per original. */
const PER_ORIGINAL = 4;

/** The delivery URLs of each original that were asked for last: what a purge is verified with. */
export class RecentUrls {
  readonly #urls = new LRUCache<string, readonly ProbeRequest[]>({ max: 10_000 });

  add(tag: string, request: ProbeRequest): void {
    const known = this.#urls.get(tag) ?? [];
    if (known.some((each) => each.path === request.path && each.accept === request.accept)) return;
    this.#urls.set(tag, [request, ...known].slice(0, PER_ORIGINAL));
  }

  /** Newest first. */
  of(tag: string, limit: number): readonly ProbeRequest[] {
    return (this.#urls.get(tag) ?? []).slice(0, limit);
  }
}
