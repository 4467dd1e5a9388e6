import type { Outcome } from "../cell.ts";
import type { Rounds } from "../rounds.ts";
import { exactly, median, quantile, ratioOf, summarised } from "../statistics.ts";
import { shown, table } from "../table.ts";
import type { Eviction } from "./eviction.ts";
import type { Purge } from "./purges.ts";
import type { StaleRace } from "./stale-race.ts";
import type { TagFigures, TagPurge } from "./tag-purge.ts";

/** The name of the cache with many entries; the other is empty. */
export const LARGE = "large";

/** What the cell `index` found. */
export interface IndexFigures {
  /** As many entries, variants and requests as the goals name. */
  readonly isWhole: boolean;
  readonly entries: number;
  readonly purges: readonly Rounds<readonly Purge[]>[];
  readonly tag: TagFigures;
  readonly race: StaleRace;
  readonly eviction: Eviction;
}

const PURGES = [
  ["the disk by itself: 4 kB written and synced", "sync"],
  ["invalidation sent → 201", "accepted"],
  ["invalidation sent → first request sent that no cache answers", "felt"],
  ["invalidation sent → Done read in its log", "done"],
  ["the request after Done, answered anew", "anew"],
  ["a picture nobody asked for before", "miss"],
] as const;

const TAG = [
  ["invalidation sent → 201", "accepted"],
  ["invalidation sent → Done read in its log", "done"],
  ["Done → a sample of 50 answered anew, one by one", "sampled"],
  ["longest wait of another picture's reader until Done", "longest"],
  ["the same without an invalidation", "quiet"],
  ["event loop delayed, sample included, by its own account (10 are none)", "loop"],
] as const;

export function reportIndex(figures: IndexFigures): Outcome {
  const { isWhole, entries, purges, tag, race, eviction } = figures;
  const of = (name: string, part: keyof Purge, share: number) =>
    (purges.find((each) => each.name === name)?.rounds ?? []).map((round) =>
      quantile(
        round.map((purge) => purge[part]),
        share,
      ),
    );
  const tags = (part: keyof TagPurge) => tag.rounds.map((round) => round[part]);
  const count = (value: number) => value.toLocaleString("en");
  return {
    figures,
    tables: [
      table(`One URL invalidated among ${count(entries)} entries and in an empty cache, milliseconds`, [
        ["", "p50", "p99", "empty: p50", "p99", "p50 ÷ empty"],
        ...PURGES.map(([text, part]) => [
          text,
          ...[LARGE, "empty"].flatMap((name) =>
            [0.5, 0.99].map((share) => median(of(name, part, share)).toFixed(1)),
          ),
          shown(ratioOf(of(LARGE, part, 0.5), of("empty", part, 0.5))),
        ]),
      ]),
      table(`A tag of ${count(tag.variants)} variants invalidated among ${count(entries)} entries`, [
        ["", "ms", "longest"],
        ...TAG.map(([text, part]) => [
          text,
          median(tags(part)).toFixed(1),
          Math.max(...tags(part)).toFixed(1),
        ]),
      ]),
      table(`Readers of one picture while it changes and is invalidated ${count(race.invalidations)} times`, [
        ["", "answers"],
        ["in all", count(race.requests)],
        ["from a cache", count(race.hits)],
        ["older than the origin's, the invalidation under way", count(race.early)],
        ["older, after Done: stale", count(race.stale)],
      ]),
      table(`Misses whose files make others leave, ${eviction.removed.toFixed(1)} for each`, [
        ["", "CPU ms", "× with room"],
        ["full disk", median(eviction.full).toFixed(1), shown(ratioOf(eviction.full, eviction.room))],
        ["with room", median(eviction.room).toFixed(1), "1.00"],
      ]),
    ],
    measured: {
      // What was measured at a smaller size says nothing of the goal's.
      ...(isWhole && {
        "G23.url": summarised(of(LARGE, "felt", 0.99)),
        "G23.tag": summarised(tags("done")),
        "G23.stall": summarised(tags("longest")),
        "G23.stale": exactly(race.stale),
      }),
      "G24.eviction": ratioOf(eviction.full, eviction.room),
    },
  };
}
