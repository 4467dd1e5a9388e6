import type { InvalidationScope } from "@freshet/core";

/** What the observer knows of one delivery URL that it samples. */
export interface Watched {
  /** Path and query as a visitor asks for it. */
  readonly path: string;
  /** Normal form of its original, by which invalidations name it. */
  readonly name: string;
}

/** An invalidation that is Done, as far as it says what it covers. */
export interface Covering {
  readonly uuid: string;
  readonly sequence: number;
  readonly scope: InvalidationScope;
  /** Normal forms of originals, and what the normal forms of the others begin with. */
  readonly names: readonly string[];
  readonly beginnings: readonly string[];
}

/** The newest Done invalidation of each URL. */
export interface Floors {
  /** Notes it, and answers with the URLs that it covers. */
  raise(done: Covering): readonly Watched[];
  /** What an answer to a request that begins now must not be older than; undefined while nothing is known. */
  of(watched: Watched): Covering | undefined;
}

/** Requests ask by URL; that a URL is covered is decided by names alone, as the server decides it. */
export function createFloors(all: readonly Watched[]): Floors {
  const byName = Map.groupBy(all, ({ name }) => name);
  const floors = new Map<Watched, Covering>();
  const coveredBy = ({ scope, names, beginnings }: Covering): readonly Watched[] => {
    if (scope === "all") return all;
    const one = names.flatMap((name) => byName.get(name) ?? []);
    if (beginnings.length === 0) return one;
    const under = all.filter(({ name }) => beginnings.some((text) => name.startsWith(text)));
    return [...new Set([...one, ...under])];
  };
  return {
    raise(done) {
      const covered = coveredBy(done);
      for (const each of covered) {
        if ((floors.get(each)?.sequence ?? 0) < done.sequence) floors.set(each, done);
      }
      return covered;
    },
    of: (watched) => floors.get(watched),
  };
}
