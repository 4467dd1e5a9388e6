import type { Evidence, InvalidationStatus, TargetOutcome } from "@freshet/core";
import { plain } from "./text.ts";

/** A stage as the log or an event tells it. */
export interface ShownStage {
  readonly status: InvalidationStatus;
  readonly at: string;
  readonly targets: readonly TargetOutcome[];
}

/** Shows the stages of one invalidation, each as often as something of it is new. */
export interface StageList {
  show(
    stage: ShownStage,
    more?: {
      readonly attempt?: number;
      readonly evidence?: Evidence | null;
      /** Only if nothing was shown of it yet. */
      readonly isKnown?: boolean;
    },
  ): void;
}

/** Whether an invalidation in this stage goes no further. */
export const isEnd = (status: string): boolean =>
  status === "DONE" || status === "ERROR" || status === "ERROR_CDN_NODE";

const LONGEST_STATUS = "FLUSHINGCLOUDIMAGESERVER".length;

/** Times count from the first stage, by the server's clock: a line that comes late still says when it was. */
export function createStageList(write: (line: string) => void): StageList {
  const shown = new Set<string>();
  let begun: number | undefined;
  let attempts = 1;
  /** The attempt whose end was shown: what is asked for behind it is older. */
  let ended = 0;
  const writeOnce = (key: string, line: string): void => {
    if (shown.has(key)) return;
    shown.add(key);
    write(line);
  };
  return {
    show({ status, at, targets }, { attempt = 1, evidence, isKnown = false } = {}) {
      const name = `stage ${attempt} ${status}`;
      if (attempt <= ended || (isKnown && shown.has(name))) return;
      shown.add(name);
      if (isEnd(status)) ended = attempt;
      const time = Date.parse(at);
      begun ??= time;
      if (attempt > attempts) {
        attempts = attempt;
        write(`           attempt ${attempt}`);
      }
      const said = [countOf(status, targets), evidenceOf(evidence)].filter(Boolean).join("; ");
      const line = `${plain(status).padEnd(said === "" ? 0 : LONGEST_STATUS)}${said === "" ? "" : `  ${said}`}`;
      const seconds = Number.isNaN(time) ? "" : `${Math.max(0, (time - begun) / 1_000).toFixed(2)} s`;
      writeOnce(`${attempt} ${line}`, `${seconds.padStart(9)}  ${line}`);
      if (status === "FLUSHINGCLOUDIMAGESERVER") return;
      for (const each of targets) {
        const fault = faultOf(each);
        if (fault === undefined) continue;
        const reason = shown.has(`${attempt} ${fault.reason}`) ? "the same" : fault.reason;
        writeOnce(
          `${attempt} ${fault.node} ${fault.how}`,
          `           ${fault.node}: ${fault.how}: ${reason}`,
        );
        shown.add(`${attempt} ${fault.reason}`);
      }
    },
  };
}

/** What a node failed with, e.g. "attempt 2" and the reason; undefined for one that did not. */
function faultOf({ node, error, attempts, status }: TargetOutcome) {
  if (error === undefined) return undefined;
  const how = status === "failed" ? `given up after attempt ${attempts}` : `attempt ${attempts} failed`;
  // Drivers begin their sentences with the node's name.
  const reason = error.startsWith(`${node} `) ? `It ${error.slice(node.length + 1)}` : error;
  return { node: plain(node), how, reason: plain(reason) };
}

/** How far a stage is, e.g. "1 of 3 nodes". */
function countOf(status: InvalidationStatus, targets: readonly TargetOutcome[]): string {
  if (targets.length === 0) return "";
  const what = status === "FLUSHINGCLOUDIMAGESERVER" ? "instance" : "node";
  const of = (wanted: TargetOutcome["status"]) => targets.filter((each) => each.status === wanted).length;
  const [failed, skipped] = [of("failed"), of("skipped")];
  return [
    `${of("done")} of ${targets.length} ${what}${targets.length === 1 ? "" : "s"}`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(", ");
}

/** What Done rests on, e.g. "1 of 1 originals changed; 4 answers looked at, 0 older". */
function evidenceOf(evidence: Evidence | null | undefined): string {
  if (!evidence) return "";
  const { bytes, probes } = evidence;
  const known = bytes.changed + bytes.same;
  const read = known + bytes.unknown;
  return [
    ...(read > 0 ? [`${bytes.changed} of ${read} original${read === 1 ? "" : "s"} changed`] : []),
    ...(probes.asked > 0 ? [`${probes.asked} answers looked at, ${probes.stale} older`] : []),
    ...((probes.repeats ?? 0) > 0 ? [`purged ${probes.repeats} more times`] : []),
  ].join("; ");
}
