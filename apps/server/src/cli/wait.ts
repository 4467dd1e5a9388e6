import {
  type InvalidationClient,
  type InvalidationStep,
  isInvalidationError,
  type ReportedInvalidation,
} from "@freshet/core";
import { recordOf } from "./api.ts";
import type { Outcome } from "./command.ts";
import { readEvents, type ServerEvent } from "./events.ts";
import { CliError } from "./exits.ts";
import { fromInvalidation } from "./invalidation-errors.ts";
import { createStageList, isEnd, type StageList } from "./stages.ts";
import type { Surroundings } from "./surroundings.ts";

/** Everything that waiting for one invalidation needs. */
export interface Waiting {
  /** Its pauses end early when `hurry` is called. */
  readonly client: InvalidationClient;
  readonly uuid: string;
  readonly timeoutMs: number;
  readonly stopping: AbortController;
  readonly io: Surroundings;
  /** Stages are shown as they happen. */
  readonly isShown: boolean;
  /** Opens the stream of events about it. */
  readonly events: (signal: AbortSignal) => Promise<Response>;
  /** It has ended by what the stream says: the next question is asked at once. */
  readonly hurry: () => void;
}

/**
 * Waits until the invalidation has ended and shows its stages as they happen. The stream of events is for haste alone: where there is
 * none, or it breaks, asking goes on. `stopping` is aborted by Ctrl-C.
 * @throws CliError FAILED, TIMED_OUT or INTERRUPTED, with what is known of the invalidation.
 */
export async function waitForEnd(parts: Waiting): Promise<Outcome> {
  const { client, uuid, timeoutMs, stopping, io } = parts;
  let seen: ReportedInvalidation | undefined;
  const interrupted = () =>
    new CliError("INTERRUPTED", `Not waited for any longer; ${uuid} goes on.`, {
      partial: { invalidation: seen ?? { uuid } },
    });
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const forget = io.onInterrupt(() => {
    const error = interrupted();
    stopping.abort(error);
    reject(error);
  });
  const list = createStageList((line) => parts.isShown && io.err(`${line}\n`));
  const isOver = new AbortController();
  const following = follow(parts, list, isOver.signal);
  const onStatus = (entry: ReportedInvalidation) => {
    seen = entry;
    showAll(entry, list);
  };
  try {
    const entry = await Promise.race([client.waitUntilDone(uuid, { timeoutMs, onStatus }), stopped]);
    return { text: `${uuid} ${entry.status}`, json: { invalidation: entry } };
  } catch (error) {
    if (isInvalidationError(error)) throw fromInvalidation(error, { invalidation: seen ?? { uuid } });
    throw error;
  } finally {
    forget();
    isOver.abort();
    await following;
  }
}

async function follow({ events, hurry }: Waiting, list: StageList, signal: AbortSignal): Promise<void> {
  try {
    const { ok, headers, body } = await events(signal);
    if (!ok || body === null || !headers.get("content-type")?.startsWith("text/event-stream")) return;
    for await (const event of readEvents(body)) {
      const step = stepIn(event);
      if (step === undefined) continue;
      const { attempt, evidence } = step;
      list.show(step, { attempt, evidence });
      if (isEnd(step.status)) hurry();
    }
  } catch {
    // Whoever waits asks by itself.
  }
}

/** The step that an event tells of; undefined for other events. */
export function stepIn({ event, data }: ServerEvent): InvalidationStep | undefined {
  if (event !== "progress") return undefined;
  const { uuid, status, at, targets, sequence } = recordOf(JSON.parse(data));
  const isStep = [uuid, status, at].every((each) => typeof each === "string") && Array.isArray(targets);
  return isStep && typeof sequence === "number" ? (JSON.parse(data) as InvalidationStep) : undefined;
}

function showAll({ status, added_at, stages, attempt, evidence }: ReportedInvalidation, list: StageList) {
  const known = stages ?? [{ status, at: added_at, targets: [] }];
  const nodes = known.findLast((each) => each.status === "FLUSHINGCDNSERVERS")?.targets ?? [];
  for (const [place, stage] of known.entries()) {
    list.show(isEnd(stage.status) ? { ...stage, targets: nodes } : stage, {
      ...(attempt === undefined ? {} : { attempt }),
      // Behind the end, what led to it is of interest only where it was not seen.
      isKnown: isEnd(status) && !isEnd(stage.status),
      ...(place === known.length - 1 && isEnd(status) && evidence ? { evidence } : {}),
    });
  }
}
