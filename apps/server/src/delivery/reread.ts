import type { Coverage } from "../cache/coverage.ts";
import type { Originals } from "../cache/originals.ts";
import type { OriginalRecord, Records } from "../cache/records.ts";
import type { Delivery as DeliveryPort, Reread } from "../invalidation/ports.ts";
import { projectTag } from "../projects/cache-tags.ts";
import { describeOriginal } from "../projects/originals.ts";
import { describePrefix } from "../projects/prefixes.ts";
import type { RecentUrls } from "./recent-urls.ts";

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
    projectTag,
    namePrefix: describePrefix,
    recentUrls: (marks, sampling) => recent.sample(marks, sampling),
    async reread(target, { force }): Promise<Reread> {
      const before = records.ofOriginal(target.tag);
      const rereads = await Promise.all(
        before.map(async (record) => {
          const original = originals.known(record.key);
          // What was read for one visitor is read again when he comes back: there may be thousands of them.
          if (!original || original.isForOne) return { record, after: undefined, floor: 0 };
          const floor = coverage.floor(original.identity);
          // A visitor may have led to the fresh reading already; once is enough unless the caller insists.
          const isFresh = record.stamp >= floor;
          return { record, floor, after: isFresh && !force ? record : await originals.reread(original) };
        }),
      );
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
const FAILURES: ReadonlySet<string> = new Set(["ORIGIN_BROKEN", "ORIGIN_SLOW", "ORIGIN_DOWN"]);
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
