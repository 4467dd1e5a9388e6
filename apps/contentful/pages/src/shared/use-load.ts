import { useCallback, useEffect, useRef, useState } from "react";
import { type Problem, problemOf } from "../api/problem.ts";

/** Something that is asked for. What was known before stays while it is asked for again. */
export interface Loaded<Value> {
  readonly value: Value | undefined;
  readonly problem: Problem | undefined;
  readonly isLoading: boolean;
  /** Asks again; resolves when that is answered. */
  reload(): Promise<void>;
}

/** Asks whenever `key` is another text; only the answer to the last question counts. */
export function useLoad<Value>(key: string, load: () => Promise<Value>): Loaded<Value> {
  const [state, setState] = useState<Omit<Loaded<Value>, "reload">>({
    value: undefined,
    problem: undefined,
    isLoading: true,
  });
  const last = useRef(0);
  const loading = useRef(load);
  loading.current = load;

  const reload = useCallback(async () => {
    const number = ++last.current;
    setState((before) => ({ ...before, isLoading: true }));
    try {
      const value = await loading.current();
      if (number === last.current) setState({ value, problem: undefined, isLoading: false });
    } catch (thrown) {
      if (number === last.current)
        setState((before) => ({ value: before.value, problem: problemOf(thrown), isLoading: false }));
    }
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when another question is asked.
  useEffect(() => {
    void reload();
    return () => {
      last.current += 1;
    };
  }, [reload, key]);
  return { ...state, reload };
}
