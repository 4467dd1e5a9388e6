import { useCallback, useEffect, useRef, useState } from "react";
import { type Problem, problemOf } from "../api/problem.ts";

/** Something that a person started. */
export interface Work {
  /** What is under way, by the name it was started with. */
  readonly running: string | undefined;
  readonly problem: Problem | undefined;
  /** What came of the last one. */
  readonly result: string | undefined;
  /** Runs it unless another is under way. What it resolves to is shown; the signal ends when nobody looks any more. */
  start(name: string, run: (signal: AbortSignal) => Promise<string | undefined>): void;
}

export function useWork(): Work {
  const [state, setState] = useState<Omit<Work, "start">>({
    running: undefined,
    problem: undefined,
    result: undefined,
  });
  const current = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  const start = useCallback<Work["start"]>((name, run) => {
    if (current.current !== undefined) return;
    const controller = new AbortController();
    current.current = controller;
    setState({ running: name, problem: undefined, result: undefined });
    run(controller.signal)
      .then(
        (result) => ({ running: undefined, problem: undefined, result }),
        (thrown: unknown) => ({ running: undefined, problem: problemOf(thrown), result: undefined }),
      )
      .then((after) => {
        current.current = undefined;
        if (!controller.signal.aborted) setState(after);
      });
  }, []);
  return { ...state, start };
}
