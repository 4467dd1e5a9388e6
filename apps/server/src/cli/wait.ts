import { type InvalidationClient, isInvalidationError, type ReportedInvalidation } from "@freshet/core";
import type { Outcome } from "./command.ts";
import { CliError } from "./exits.ts";
import { fromInvalidation } from "./invalidation-errors.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Waits until an invalidation has ended, and shows its stages to whoever looks. `stopping` is aborted by Ctrl-C.
 * @throws CliError ENDED_IN_ERROR, TIMED_OUT or INTERRUPTED, with what is known of the invalidation.
 */
export async function waitForEnd(parts: {
  readonly client: InvalidationClient;
  readonly uuid: string;
  readonly timeoutMs: number;
  readonly stopping: AbortController;
  readonly io: Surroundings;
}): Promise<Outcome> {
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
  const begun = performance.now();
  const onStatus = (entry: ReportedInvalidation) => {
    seen = entry;
    if (io.isWatched)
      io.err(`${((performance.now() - begun) / 1_000).toFixed(1)} s  ${entry.status}${nodesOf(entry)}\n`);
  };
  try {
    const entry = await Promise.race([client.waitUntilDone(uuid, { timeoutMs, onStatus }), stopped]);
    return { text: `${uuid} ${entry.status}`, json: { invalidation: entry } };
  } catch (error) {
    if (isInvalidationError(error)) throw fromInvalidation(error, { invalidation: seen ?? { uuid } });
    throw error;
  } finally {
    forget();
  }
}

/** How far the newest stage is, e.g. " (1 of 3)". */
function nodesOf({ stages = [] }: ReportedInvalidation): string {
  const targets = stages.at(-1)?.targets ?? [];
  if (targets.length === 0) return "";
  return ` (${targets.filter(({ status }) => status !== "waiting").length} of ${targets.length})`;
}
