import type { Coverage } from "../cache/coverage.ts";
import type { Originals } from "../cache/originals.ts";
import type { OriginalRecord, Records } from "../cache/records.ts";
import { FAILURES } from "../cache/succession.ts";
import type { Delivery as DeliveryPort, Reread } from "../invalidation/ports.ts";
import { projectTag } from "../projects/cache-tags.ts";
import { describeOriginal, wideTagsOf } from "../projects/originals.ts";
import { describePrefix } from "../projects/prefixes.ts";
import { tagsOf } from "../projects/tagging.ts";
import type { RecentUrls } from "./recent-urls.ts";

/** Records of one original that are read at the same time: an invalidation must not become a flood at the origin. */
const AT_ONCE = 4;

interface Reading {
  readonly record: OriginalRecord;
  readonly after: OriginalRecord | undefined;
  readonly floor: number;
}

/** Everything the invalidation side asks of the delivery side. */
export function createDeliveryPort(parts: {
  readonly originals: Originals;
  readonly records: Records;
  readonly coverage: Coverage;
  readonly recent: RecentUrls;
}): DeliveryPort {
  const { originals, records, coverage, recent } = parts;
  return {
    nameOriginal(project, path) {
      const { name, tag } = describeOriginal(project, path.replace(/^\/+/, ""));
      return { name, tag };
    },
    coverOf(project, path) {
      const original = describeOriginal(project, path.replace(/^\/+/, ""));
      const { name, tag } = original;
      const userTags = tagsOf(project, name.slice(project.name.length + 1));
      return { name, tags: [tag, ...wideTagsOf(original)], userTags };
    },
    projectTag,
    namePrefix: describePrefix,
    recentUrls: (marks, sampling) => recent.sample(marks, sampling),
    async reread(target, { force }, signal): Promise<Reread> {
      const rereads: Reading[] = [];
      // Anybody may ask for an original under any number of queries of the origin's own, each of which has a record.
      const queue = records.ofOriginal(target.tag).values();
      const reader = async (): Promise<void> => {
        for (const record of queue) {
          const original = originals.known(record.key);
          const floor = original ? coverage.floor(original.identity) : 0;
          // A visitor may have led to the fresh reading already; once is enough unless the caller insists.
          const isFresh = record.stamp >= floor;
          // What was read for one visitor is read again when he comes back.
          if (!original || original.isForOne || signal.aborted)
            rereads.push({ record, floor, after: undefined });
          else if (isFresh && !force) rereads.push({ record, floor, after: record });
          else rereads.push({ record, floor, after: await originals.reread(original) });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, reader));
      const verdicts = rereads.map(({ record, after, floor }) =>
        compare(record, after, force ? undefined : floor),
      );
      const digests = rereads.flatMap(({ after }) =>
        after?.outcome.kind === "bytes" ? [after.outcome.digest] : [],
      );
      const bytes = verdicts.includes("changed") ? "changed" : verdicts.includes("same") ? "same" : "unknown";
      return { bytes, digest: digests[0] };
    },
  };
}

/** A reading that failed says nothing about the bytes. */
const hasFailed = ({ outcome }: OriginalRecord) => outcome.kind === "error" && FAILURES.has(outcome.code);

const identity = ({ outcome }: OriginalRecord) => (outcome.kind === "bytes" ? outcome.digest : outcome.code);

/**
 * Whether the bytes differ from those known before. With a floor the question is whether they were first seen under the newest
 * invalidation, because the record may have been read anew before anyone could look.
 */
function compare(
  before: OriginalRecord,
  after: OriginalRecord | undefined,
  floor: number | undefined,
): Reread["bytes"] {
  if (!after || hasFailed(after)) return "unknown";
  if (identity(before) !== identity(after)) return "changed";
  if (floor === undefined || before !== after || after.since < floor) return "same";
  return after.formerDigests.length > 0 ? "changed" : "unknown";
}
