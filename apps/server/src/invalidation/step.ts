import type { InvalidationStatus, InvalidationStep, TargetOutcome } from "@freshet/core";
import type { Entry } from "./journal.ts";
import { viewInstance, viewTarget } from "./view.ts";

/** One step of an entry on its way to those who follow. */
export interface Step {
  /** The same for the same step on every instance, so that whoever is told twice can see it. */
  readonly id: string;
  readonly project: string;
  readonly uuid: string;
  readonly at: number;
  readonly told: InvalidationStep;
  readonly isEnd: boolean;
}

/** Everything that has happened to an entry in this attempt, in order. The targets are how they are now. */
export function stepsOf({ row, targets, instances }: Omit<Entry, "paths">): readonly Step[] {
  const of = (stage: "instance" | "node") =>
    targets.filter((target) => target.stage === stage).map(viewTarget);
  const stages: readonly [InvalidationStatus, number | null, readonly TargetOutcome[]][] = [
    ["RECEIVED", row.received_at, []],
    ["PREPARING", row.preparing_at, []],
    ["FLUSHINGCLOUDIMAGESERVER", row.instances_at, [...of("instance"), ...instances.map(viewInstance)]],
    ["FLUSHINGCDNSERVERS", row.nodes_at, of("node")],
    [row.status, row.ended_at, of("node")],
  ];
  return stages.flatMap(([status, at, ofStage], place) => {
    if (at === null) return [];
    const isEnd = place === stages.length - 1;
    return [
      {
        id: writeStepId({ at, sequence: row.sequence, attempt: row.attempt, stage: String(place) }),
        ...{ project: row.project, uuid: row.id, at, isEnd },
        told: {
          ...{ uuid: row.id, sequence: row.sequence, scope: row.scope, cause: JSON.parse(row.cause) },
          ...{ attempt: row.attempt, status, at: new Date(at).toISOString(), targets: ofStage },
          error: isEnd ? row.error : null,
          evidence: isEnd && row.evidence !== null ? JSON.parse(row.evidence) : null,
        },
      },
    ];
  });
}

/** The newest step once more, because targets of it have moved. */
export function movedStep(step: Step, at: number, moved: number): Step {
  return { ...step, id: `${step.id}.${moved}`, at };
}

/** How far the targets of an entry are, as a text that is another one whenever one of them has moved. */
export function movementOf({ targets, instances }: Pick<Entry, "targets" | "instances">): string {
  return JSON.stringify([
    targets.map(({ node, status, attempts }) => [node, status, attempts]),
    instances.map(({ instance, status }) => [instance, status]),
  ]);
}

interface StepPlace {
  readonly at: number;
  readonly sequence: number;
  readonly attempt: number;
  readonly stage: string;
}

function writeStepId({ at, sequence, attempt, stage }: StepPlace): string {
  return [at.toString(36), sequence.toString(36), attempt.toString(36), stage].join("-");
}

/** When the step with this id took place; undefined for what is none. */
export function timeOfStepId(id: string): number | undefined {
  const [, at = ""] = /^([0-9a-z]{1,10})-[0-9a-z]{1,11}-[0-9a-z]{1,6}-\d(?:\.\d{1,9})?$/.exec(id) ?? [];
  const time = Number.parseInt(at, 36);
  return Number.isSafeInteger(time) && time <= 8.64e15 ? time : undefined;
}

/** Older before younger; of one moment, in the order of the journal and of the stages. */
export function byTime(one: Step, other: Step): number {
  return (
    one.at - other.at ||
    one.told.sequence - other.told.sequence ||
    one.told.attempt - other.told.attempt ||
    (one.id < other.id ? -1 : 1)
  );
}
