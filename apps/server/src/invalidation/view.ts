import type {
  InvalidationEntry,
  InvalidationReceipt,
  InvalidationStatus,
  TargetOutcome,
} from "@freshet/core";
import type { Entry, InstanceOutcome } from "./journal.ts";
import type { EntryRow, TargetRow } from "./migrations.ts";

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
export function viewEntry({ row, paths, targets, instances }: Entry): InvalidationEntry {
  const named = row.scope === "all" ? ["/*"] : paths.map(({ path }) => path);
  return {
    status: row.status,
    uuid: row.id,
    added_at: writeTime(row.received_at),
    scope: row.scope,
    urls: {
      received: row.scope === "all" ? null : paths.map(({ received }) => received),
      invalidated: row.status === "DONE" ? named : [],
      failed: row.status === "ERROR" || row.status === "ERROR_CDN_NODE" ? named : [],
    },
    sequence: row.sequence,
    cause: JSON.parse(row.cause),
    attempt: row.attempt,
    done_at: row.status === "DONE" && row.ended_at !== null ? iso(row.ended_at) : null,
    error: row.error,
    stages: stagesOf(row, targets, instances),
    evidence: row.evidence === null ? null : JSON.parse(row.evidence),
  };
}

function stagesOf(
  row: EntryRow,
  targets: readonly TargetRow[],
  instances: readonly InstanceOutcome[],
): InvalidationEntry["stages"] {
  const of = (stage: TargetRow["stage"]) =>
    targets.filter((target) => target.stage === stage).map(viewTarget);
  const stages: [InvalidationStatus, number | null, readonly TargetOutcome[]][] = [
    ["RECEIVED", row.received_at, []],
    ["PREPARING", row.preparing_at, []],
    ["FLUSHINGCLOUDIMAGESERVER", row.instances_at, [...of("instance"), ...instances.map(viewInstance)]],
    ["FLUSHINGCDNSERVERS", row.nodes_at, of("node")],
    [row.status, row.ended_at, []],
  ];
  return stages.flatMap(([status, at, ofStage]) =>
    at === null ? [] : [{ status, at: iso(at), targets: ofStage }],
  );
}

function viewTarget({ node, status, attempts, at, error }: TargetRow): TargetOutcome {
  return {
    node,
    status,
    attempts,
    ...(at === null ? {} : { at: iso(at) }),
    ...(error === null ? {} : { error }),
  };
}

function viewInstance({ instance, status, lag, at }: InstanceOutcome): TargetOutcome {
  return { node: instance, status, attempts: 1, lag, ...(at === null ? {} : { at: iso(at) }) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
