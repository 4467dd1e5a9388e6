import type { ProbeRequest } from "@freshet/core";
import { LRUCache } from "lru-cache";
import { covers, type Mark } from "../cache/mark.ts";
import type { Identity } from "../projects/identity.ts";

/** Delivery URLs remembered per original. */
const PER_ORIGINAL = 4;
/** Originals looked at, the newest first, and targets compared with each, to find some that a wide invalidation covers. */
const MOST_LOOKED_AT = 1_000;
const MOST_WIDE = 20;

interface Known {
  readonly identity: Identity;
  readonly urls: readonly ProbeRequest[];
}

/** How many delivery URLs are wanted: of so many originals, so many each. */
export interface Sampling {
  readonly originals: number;
  readonly each: number;
}

/** The delivery URLs of each original that were asked for last: what a purge is verified with. */
export class RecentUrls {
  readonly #known = new LRUCache<string, Known>({ max: 10_000 });

  add(identity: Identity, request: ProbeRequest): void {
    const urls = this.#known.get(identity.tag)?.urls ?? [];
    if (urls.some((each) => each.path === request.path && each.accept === request.accept)) return;
    this.#known.set(identity.tag, { identity, urls: [request, ...urls].slice(0, PER_ORIGINAL) });
  }

  /** Some of the URLs that the invalidation of these targets covers, newest first; single originals before wide targets. */
  sample(marks: readonly Mark[], { originals, each }: Sampling): readonly ProbeRequest[] {
    const found = new Map<string, Known>();
    for (const mark of marks) {
      const known = mark.kind === "original" ? this.#known.peek(mark.tag) : undefined;
      if (known && found.size < originals) found.set(known.identity.tag, known);
    }
    const wide = marks.filter(({ kind }) => kind !== "original").slice(0, MOST_WIDE);
    let left = wide.length === 0 ? 0 : MOST_LOOKED_AT;
    for (const known of this.#known.values()) {
      if (left === 0 || found.size >= originals) break;
      left -= 1;
      if (wide.some((mark) => covers(mark, known.identity))) found.set(known.identity.tag, known);
    }
    return [...found.values()].flatMap(({ urls }) => urls.slice(0, each));
  }
}
