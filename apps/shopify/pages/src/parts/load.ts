import { ask, Problem } from "../ask.ts";
import type { Visit } from "../router.ts";
import { loading, problemBanner } from "./states.ts";

/** A place of a page that shows what the API answers. */
export interface Loaded {
  /** Asks again, for the same or for something else. What is shown stays until the answer is there. */
  load(path?: string): void;
}

/**
 * Asks the API and shows the answer, or says that it is loading, or why there is none; a problem that passes is asked about
 * again by itself. Only the answer to the last question is shown, and one that is the same as before changes nothing.
 */
export function loadInto<Answer>(options: {
  readonly visit: Visit;
  readonly path: string;
  readonly what: string;
  readonly draw: (answer: Answer) => readonly Node[];
  readonly put: (nodes: readonly Node[], answer: Answer | undefined) => void;
}): Loaded {
  const { visit, draw, put, what } = options;
  let path = options.path;
  let current: Answer | undefined;
  let text: string | undefined;
  let asked = 0;
  let isWaiting = false;
  const load = (other?: string) => {
    if (other !== undefined && other !== path) text = current = undefined;
    path = other ?? path;
    asked += 1;
    const question = asked;
    const isLast = () => question === asked && !visit.signal.aborted;
    ask<Answer>(path, { signal: visit.signal }).then(
      (answer) => {
        if (!isLast()) return;
        const next = JSON.stringify(answer);
        if (next === text) return;
        text = next;
        current = answer;
        put(draw(answer), answer);
      },
      (thrown: unknown) => {
        if (!isLast() || !(thrown instanceof Problem)) return;
        text = undefined;
        // What was there stays to be read, under the word that it may be old.
        const banner = problemBanner(thrown, thrown.code === "ASSET_UNKNOWN" ? undefined : () => load());
        put(current === undefined ? [banner] : [banner, ...draw(current)], current);
        if (thrown.againMs === undefined || isWaiting) return;
        isWaiting = true;
        setTimeout(() => {
          isWaiting = false;
          if (!visit.signal.aborted) load();
        }, thrown.againMs);
      },
    );
  };
  put([loading(what)], undefined);
  load();
  return { load };
}
