import type { CdnLimits } from "@freshet/core";

/** What one entry wants of one node. */
export interface Wanted {
  readonly sequence: number;
  readonly project: string;
  readonly projectTag: string;
  /** How the node is told: by what, and by which. `project` is told by its tag. */
  readonly by: "tags" | "urls" | "originals" | "project";
  readonly targets: readonly string[];
}

/** What waits for a node, with the targets that no call has confirmed yet. */
export interface Waiting<Outcome> {
  readonly wanted: Wanted;
  readonly open: Set<string>;
  readonly resolve: (outcome: Outcome) => void;
}

/** One call: its targets, and of whom each of them is. */
export interface Batch<W> {
  readonly project: string;
  readonly by: Wanted["by"];
  /** The newest among them: everything through it is applied at the instances already. */
  readonly sequence: number;
  readonly targets: readonly string[];
  readonly of: ReadonlyMap<W, readonly string[]>;
}

/**
 * The next call: the open targets of the first that waits, filled up with those of others that want the same kind of the same project, each
 * target once. Full wherever there is enough to fill it, and never larger than the node takes, unless a single target is.
 */
export function nextBatch<W extends Waiting<never> | Waiting<unknown>>(
  waiting: readonly W[],
  limits: CdnLimits,
): Batch<W> | undefined {
  const [first] = waiting;
  if (!first) return undefined;
  const { project, by } = first.wanted;
  const alike = waiting.filter(({ wanted }) => wanted.project === project && wanted.by === by);
  const most = by === "urls" ? (limits.urls ?? limits.batch) : limits.batch;
  const room = limits.bytes ?? Number.POSITIVE_INFINITY;
  const targets = new Set<string>();
  const of = new Map<W, string[]>();
  let bytes = 2;
  fill: for (const each of alike) {
    for (const target of each.open) {
      const size = bytesOf(target);
      const isNew = !targets.has(target);
      if (isNew && targets.size > 0 && (targets.size >= most || bytes + size > room)) {
        // One with more bytes may be followed by one that still fits, but order is worth more than a byte.
        break fill;
      }
      if (isNew) bytes += size;
      targets.add(target);
      const own = of.get(each) ?? [];
      own.push(target);
      of.set(each, own);
    }
  }
  const sequence = Math.max(...[...of.keys()].map(({ wanted }) => wanted.sequence));
  return { project, by, sequence, targets: [...targets], of };
}

/** In a JSON list, with its comma. */
function bytesOf(target: string): number {
  return Buffer.byteLength(JSON.stringify(target)) + 1;
}
