/** Responses under way, and under which number they began. */
export interface Drain {
  /** A response begins; the function ends it. `abort` cuts it off. */
  begin(applied: number, abort: () => void): () => void;
  /** The number through which no response that began under an older one is under way; at most `applied`. */
  through(applied: number): number;
  /** More is applied: what began before has `ms` left. */
  advance(applied: number): void;
}

interface Response {
  readonly began: number;
  readonly abort: () => void;
  timer: NodeJS.Timeout | undefined;
}

/** `moved` is told when a response that held the number back has ended. */
export function createDrain(ms: number, moved: () => void): Drain {
  const responses = new Set<Response>();
  let newest = 0;
  return {
    begin(applied, abort) {
      const response: Response = { began: applied, abort, timer: undefined };
      responses.add(response);
      return () => {
        clearTimeout(response.timer);
        if (responses.delete(response) && response.began < newest) moved();
      };
    },
    through(applied) {
      let least = applied;
      for (const { began } of responses) least = Math.min(least, began);
      return least;
    },
    advance(applied) {
      newest = Math.max(newest, applied);
      for (const response of responses) {
        if (response.began >= newest || response.timer !== undefined) continue;
        response.timer = setTimeout(response.abort, ms);
        response.timer.unref();
      }
    },
  };
}
