import { LRUCache } from "lru-cache";
import { growing } from "../cache/growing.ts";

/** Remembers per host which scheme worked, so that an original named without one is not tried twice each time. */
export interface Schemes {
  /** The URLs to ask, in order: the scheme that last worked first. https that worked is not given up for http. */
  order(urls: readonly string[]): readonly string[];
  /** Notes that this URL's host answered. */
  worked(url: string): void;
}

export function createSchemes(): Schemes {
  const known = new LRUCache<string, string>({ ...growing(10_000), ttl: 600_000 });
  return {
    order(urls) {
      const scheme = known.get(hostOf(urls[0]));
      const same = urls.filter((url) => schemeOf(url) === scheme);
      if (same.length === 0) return urls;
      return scheme === "https:" ? same : [...same, ...urls.filter((url) => schemeOf(url) !== scheme)];
    },
    worked: (url) => {
      known.set(hostOf(url), schemeOf(url));
    },
  };
}

function hostOf(url: string | undefined): string {
  return URL.parse(url ?? "")?.hostname ?? "";
}

function schemeOf(url: string): string {
  return URL.parse(url)?.protocol ?? "";
}
