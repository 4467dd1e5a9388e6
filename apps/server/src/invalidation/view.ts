import type {
  InvalidationEntry,
  InvalidationReceipt,
  InvalidationStatus,
  TargetOutcome,
  Widening,
} from "@freshet/core";
import type { Entry, InstanceOutcome } from "./journal.ts";
import type { PathRow, TargetRow } from "./migrations.ts";
import { widenedAtInstances, widenedAtNodes } from "./widened.ts";

/** Cloudimage's form of a time: UTC with six digits after the second. */
function writeTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, -1).replace("T", " ")}000`;
}

/** The answer to an accepted request; the same for every repetition of it. */
export function viewReceipt(uuid: string, receivedAt: number): InvalidationReceipt {
  return {
    status: "success",
    msg: "Your invalidation request has been received",
    invalidation: { status: "RECEIVED", uuid, added_at: writeTime(receivedAt) },
  };
}

/** An entry as the API shows it. Times that Cloudimage does not know are ISO 8601. */
export function viewEntry(entry: Entry): InvalidationEntry {
  const { row, paths } = entry;
  const named = paths.filter(({ kind }) => kind !== "tag");
  const covered = row.scope === "all" ? ["/*"] : named.map(({ path }) => path);
  return {
    status: row.status,
    uuid: row.id,
    added_at: writeTime(row.received_at),
    scope: row.scope,
    urls: {
      received: row.scope === "all" ? null : receivedOf(named),
      invalidated: row.status === "DONE" ? covered : [],
      failed: row.status === "ERROR" || row.status === "ERROR_CDN_NODE" ? covered : [],
    },
    ...(row.scope === "tags" ? { tags: paths.map(({ path }) => path) } : {}),
    sequence: row.sequence,
    cause: JSON.parse(row.cause),
    requested_by: row.requested_by,
    retried_by: row.retried_by,
    attempt: row.attempt,
    done_at: row.status === "DONE" && row.ended_at !== null ? iso(row.ended_at) : null,
    error: row.error,
    stages: stagesOf(entry),
    evidence: row.evidence === null ? null : JSON.parse(row.evidence),
  };
}

/** A wildcard may stand for several prefixes; it was sent once. */
function receivedOf(paths: readonly PathRow[]): readonly string[] {
  return paths.flatMap(({ kind, received }, at) =>
    kind === "prefix" && paths[at - 1]?.received === received ? [] : [received],
  );
}

function stagesOf({ row, paths, targets, instances }: Entry): InvalidationEntry["stages"] {
  const of = (stage: TargetRow["stage"]) =>
    targets.filter((target) => target.stage === stage).map(viewTarget);
  const stages: [InvalidationStatus, number | null, readonly TargetOutcome[], readonly Widening[]][] = [
    ["RECEIVED", row.received_at, [], []],
    ["PREPARING", row.preparing_at, [], []],
    [
      "FLUSHINGCLOUDIMAGESERVER",
      row.instances_at,
      [...of("instance"), ...instances.map(viewInstance)],
      widenedAtInstances(row, paths),
    ],
    ["FLUSHINGCDNSERVERS", row.nodes_at, of("node"), widenedAtNodes(row, paths, targets)],
    [row.status, row.ended_at, [], []],
  ];
  return stages.flatMap(([status, at, ofStage, widened]) =>
    at === null
      ? []
      : [{ status, at: iso(at), targets: ofStage, ...(widened.length > 0 ? { widened } : {}) }],
  );
}

/** How a node stands with an entry. */
export function viewTarget({ node, status, attempts, at, error, purged_by }: TargetRow): TargetOutcome {
  return {
    node,
    status,
    attempts,
    ...(at === null ? {} : { at: iso(at) }),
    ...(error === null ? {} : { error }),
    ...(purged_by === null ? {} : { by: purged_by }),
  };
}

/** How an instance stands with an entry. */
export function viewInstance({ instance, status, lag, at }: InstanceOutcome): TargetOutcome {
  return { node: instance, status, attempts: 1, lag, ...(at === null ? {} : { at: iso(at) }) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
