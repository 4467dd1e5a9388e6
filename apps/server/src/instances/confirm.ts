import { ServerError } from "../errors.ts";
import type { Project } from "../projects/project.ts";

/** A visitor waits at most so long for the settings of now; after a failure nobody waits for a second. */
const WITHIN_MS = 300;
const REST_MS = 1_000;

/**
 * Past its lease an instance trusts nothing that it knows of what the store can change: settings and states are read anew. Where the
 * store does not answer, the answer is 503, because originals can be asked of their origins, but whether one is blocked only the store
 * can say. Projects of the file of which no state is known are served all the same: what of the store could concern them would have to
 * have been the first of its kind.
 */
export function confirmation(
  feed: { refresh(): Promise<void> },
  fixed: readonly Project[],
  states: { has(project: string): boolean },
): (project: Project) => Promise<void> {
  const names = new Set(fixed.map(({ name }) => name));
  let failedAt = Number.NEGATIVE_INFINITY;
  const refresh = async (): Promise<void> => {
    if (performance.now() - failedAt < REST_MS) throw new Error("the store did not answer a moment ago");
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error("the store did not answer in time")), WITHIN_MS);
    try {
      await Promise.race([feed.refresh(), late.promise]);
    } catch (error) {
      failedAt = performance.now();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  return async ({ name }) => {
    try {
      await refresh();
    } catch (error) {
      if (!names.has(name) || states.has(name)) {
        throw new ServerError("INSTANCE_BEHIND", undefined, { cause: error });
      }
    }
  };
}
