import type { Cell, Progress } from "../cell.ts";
import type { Options } from "../options.ts";
import { measureEviction } from "./eviction.ts";
import { type IndexFigures, LARGE, reportIndex } from "./index-report.ts";
import { type LargeCache, startLargeCache } from "./large-cache.ts";
import { measurePurges } from "./purges.ts";
import { raceForStale } from "./stale-race.ts";
import { measureTagPurges } from "./tag-purge.ts";

const ENTRIES = 1_000_000;

/** What invalidations and evictions cost where the index is large. */
export const index: Cell = {
  name: "index",
  group: "freshness",
  about:
    "one URL and a tag of 10,000 variants invalidated among a million files, readers racing; a full disk",
  async run(parts, options, progress) {
    // By itself, since servers that read originals again would take from its cores; and first, since the file system goes past a million
    // files that were just removed for each that is made (docs/decisions/0041-read-ahead.md).
    const eviction = await measureEviction(parts, options, progress);
    const invalidations = await measureInvalidations(options, progress);
    return reportIndex({ ...invalidations, eviction });
  },
};

async function measureInvalidations(
  options: Options,
  progress: Progress,
): Promise<Omit<IndexFigures, "eviction">> {
  const entries = options.quick ? ENTRIES / 10 : ENTRIES;
  const caches: { readonly name: string; readonly cache: LargeCache }[] = [];
  try {
    progress(`index: preparing ${entries} files`);
    const large = await startLargeCache(entries);
    caches.push({ name: LARGE, cache: large });
    caches.push({ name: "empty", cache: await startLargeCache(0) });
    const purges = await measurePurges(caches, options, progress);
    const tag = await measureTagPurges(large, options, progress);
    const race = await raceForStale(large, options, progress);
    return { isWhole: !options.quick, entries, purges, tag, race };
  } finally {
    progress("index: removing the files");
    for (const { cache } of caches) await cache.stop();
  }
}
