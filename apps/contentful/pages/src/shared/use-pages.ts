import { useEffect, useState } from "react";
import { type Problem, problemOf } from "../api/problem.ts";
import { useLoad } from "./use-load.ts";

/** A list that is asked for a page at a time. */
export interface Pages<Item> {
  readonly items: readonly Item[];
  readonly problem: Problem | undefined;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  more(): Promise<void>;
  /** Begins with the first page again. */
  reload(): Promise<void>;
}

interface OnePage<Item> {
  readonly items: readonly Item[];
  /** What the next page begins after; null where there is none. */
  readonly next: string | null;
}

export function usePages<Item>(
  key: string,
  load: (after: string | undefined) => Promise<OnePage<Item>>,
): Pages<Item> {
  const first = useLoad(key, async () => ({ key, page: await load(undefined) }));
  const [rest, setRest] = useState<
    OnePage<Item> & { readonly problem?: Problem; readonly isLoading: boolean }
  >();
  const { value } = first;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is another first page, the rest is another, too.
  useEffect(() => setRest(undefined), [value]);
  // What another question found is not shown as the answer to this one.
  const page = value?.key === key ? value.page : undefined;
  const next = rest === undefined ? page?.next : rest.next;

  return {
    items: [...(page?.items ?? []), ...(rest?.items ?? [])],
    problem: first.problem ?? rest?.problem,
    isLoading: first.isLoading || (rest?.isLoading ?? false),
    hasMore: typeof next === "string",
    reload: first.reload,
    async more() {
      if (typeof next !== "string") return;
      const before = { items: rest?.items ?? [], next };
      setRest({ ...before, isLoading: true });
      try {
        const { items, next: after } = await load(next);
        setRest({ items: [...before.items, ...items], next: after, isLoading: false });
      } catch (thrown) {
        setRest({ ...before, problem: problemOf(thrown), isLoading: false });
      }
    },
  };
}
