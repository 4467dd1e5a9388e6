import { INVALIDATION_STATUSES, type InvalidationEntry, type InvalidationStep } from "@freshet/core";

type Stage = InvalidationEntry["stages"][number];

/** All ends stand in one place, behind the stages. */
const END = INVALIDATION_STATUSES.indexOf("DONE");
const NODES = INVALIDATION_STATUSES.indexOf("FLUSHINGCDNSERVERS");
const placeOf = ({ status }: Pick<Stage, "status">): number =>
  Math.min(INVALIDATION_STATUSES.indexOf(status), END);

/**
 * The entry after one more step of it. Steps may come twice, or late after a change of instance: what is older than the entry changes
 * nothing. What a step does not tell (what is covered beyond, which paths failed) stays until the entry is read again.
 */
export function applyStep(entry: InvalidationEntry, step: InvalidationStep): InvalidationEntry {
  if (step.uuid !== entry.uuid || step.attempt < entry.attempt) return entry;
  const isNew = step.attempt > entry.attempt;
  const before = isNew ? [] : entry.stages;
  const place = placeOf(step);
  const isEnd = place === END;
  if (!isEnd && before.some((stage) => placeOf(stage) === END)) return entry;
  const stages = [
    ...before.flatMap((stage) => {
      if (placeOf(stage) === place) return [];
      // The end tells how the nodes ended.
      return isEnd && placeOf(stage) === NODES ? [{ ...stage, targets: step.targets }] : [stage];
    }),
    stageOf(
      step,
      isEnd,
      before.find((stage) => placeOf(stage) === place),
    ),
  ].toSorted((one, other) => placeOf(one) - placeOf(other));
  return {
    ...entry,
    status: stages.at(-1)?.status ?? step.status,
    sequence: step.sequence,
    attempt: step.attempt,
    stages,
    done_at: step.status === "DONE" ? step.at : null,
    error: isEnd ? step.error : null,
    evidence: step.evidence ?? entry.evidence,
  };
}

function stageOf(
  { status, at, targets }: InvalidationStep,
  isEnd: boolean,
  before: Stage | undefined,
): Stage {
  const stage = { status, at, targets: isEnd ? [] : targets };
  return before?.widened === undefined ? stage : { ...stage, widened: before.widened };
}

/** How many targets of the stage that is under way have come to their end. */
export function progressOf({ stages }: Pick<InvalidationEntry, "stages">): {
  readonly ended: number;
  readonly all: number;
} {
  const targets = stages.at(-1)?.targets ?? [];
  return { ended: targets.filter(({ status }) => status !== "waiting").length, all: targets.length };
}
