// What an instance does for an invalidation cannot be asked for from outside without a journal, a network and an origin in between:
// so it is the built classes of the server themselves.
import { Coverage } from "../../apps/server/dist/cache/coverage.js";
import { Records } from "../../apps/server/dist/cache/records.js";
import { RecentUrls } from "../../apps/server/dist/delivery/recent-urls.js";

const PROJECT = "bench";
const FLOORS = 10_000;
/** Originals that are invalidated one by one: as many whatever the size, so that as many floors are new. */
const ALIKE = 10;

/** An instance that knows so many originals in one folder, inserted directly. */
export interface Instance {
  /** Applies an invalidation of the whole folder, the next time of one original in it; microseconds. */
  invalidate(): number;
}

export function createInstance(originals: number): Instance {
  const coverage = new Coverage();
  const recent = new RecentUrls();
  const disk = { has: () => false, get: async () => undefined, put: async () => {} };
  // A disk that keeps nothing: records are looked for in memory first, and an invalidation touches neither.
  const records = new Records(disk as unknown as ConstructorParameters<typeof Records>[0], originals);
  for (let number = 0; number < originals; number += 1) {
    const original = originalOf(number);
    records.put(recordOf(original.tag, number), 0);
    // Nobody changes settings here.
    recent.add(
      { identity: original, project: {} as never },
      {
        path: `/v7/h.example/folder/${number}.jpg?w=100`,
        host: "h.example",
        accept: undefined,
      },
    );
  }
  // What stood in the journal before: as much for each size.
  for (let number = 0; number < FLOORS; number += 1) {
    coverage.apply(number + 1, [{ kind: "original", project: PROJECT, tag: `o-before-${number}` }]);
  }
  return {
    invalidate() {
      const sequence = coverage.applied + 1;
      const one = originalOf(sequence % ALIKE);
      const { tag } = one;
      const mark =
        sequence % 2 === 0
          ? ({ kind: "prefix", project: PROJECT, prefix: "h.example/folder/" } as const)
          : ({ kind: "original", project: PROJECT, tag } as const);
      const begun = performance.now();
      coverage.apply(sequence, [mark]);
      // Those of its records that are read again.
      if (mark.kind === "original" && records.ofOriginal(tag).length !== 1)
        throw new Error("A record is gone.");
      const urls = recent.sample([mark], { originals: 2, each: 2 });
      const took = (performance.now() - begun) * 1_000;
      if (urls.length === 0 && mark.kind === "prefix") throw new Error("Nothing to verify the purge with.");
      const floor = coverage.floor(one);
      if (floor !== sequence) throw new Error(`An invalidation has not covered: ${floor}`);
      return took;
    },
  };
}

const originalOf = (number: number) => ({
  project: PROJECT,
  tag: `o-${number.toString(16).padStart(16, "0")}`,
  name: `${PROJECT}/h.example/folder/${number}.jpg`,
  userTags: [],
});

function recordOf(tag: string, number: number): Parameters<Records["put"]>[0] {
  return {
    key: `${PROJECT}/h.example/folder/${number}.jpg`,
    tag,
    outcome: { kind: "bytes", digest: tag, size: 1, facts: undefined },
    validators: {},
    stamp: 0,
    since: 0,
    order: 0,
    expires: Number.MAX_SAFE_INTEGER,
    doubtful: false,
    formerDigests: [],
    versions: [],
  } as Parameters<Records["put"]>[0];
}
