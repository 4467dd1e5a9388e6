import { ServerError } from "../errors.ts";
import type { Project } from "../projects/project.ts";

/** A visitor waits at most so long for the settings of now. */
const WITHIN_MS = 1_000;

/**
 * Past its lease an instance trusts nothing that it knows of what the store can change. Settings and states are read anew, or the answer is
 * 503: originals can be asked of their origins, but whether one is blocked only the store can say. Projects of the file, of which
 * no state is known, have nothing in the store that could have changed.
 */
export function confirmation(
  feed: { refresh(): Promise<void> },
  fixed: readonly Project[],
  states: { has(project: string): boolean },
): (project: Project) => Promise<void> {
  const names = new Set(fixed.map(({ name }) => name));
  return async ({ name }) => {
    if (names.has(name) && !states.has(name)) return;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error("too late")), WITHIN_MS);
    try {
      await Promise.race([feed.refresh(), late.promise]);
    } catch (error) {
      throw new ServerError("INSTANCE_BEHIND", undefined, { cause: error });
    } finally {
      clearTimeout(timer);
      late.promise.catch(() => {});
    }
  };
}
