import type { InvalidationStep } from "@freshet/core";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { ApiError } from "../../api/error.ts";
import type { StreamEvent } from "../../api/event-stream.ts";
import { type EventState, useEvents } from "../../api/events.ts";
import { type EntryAnswer, entryKey, JOURNAL } from "./journal.ts";
import type { LogPage } from "./log/page-of-log.ts";
import { applyStep } from "./steps.ts";

/** Many steps of a moment are shown together. */
const MOMENT_MS = 100;
/** New entries are read so often at most, however many there are. */
const REST_MS = 1_000;

export interface Live {
  readonly state: EventState;
  readonly error: ApiError | undefined;
}

/**
 * Follows the invalidations of a project, or one of them, and changes what is shown of them. `isNewest` says that the newest page
 * of the log is looked at: entries that are new belong on it.
 */
export function useLive(
  project: string,
  {
    uuid,
    isWanted = true,
    isNewest = false,
  }: { readonly uuid?: string; readonly isWanted?: boolean; readonly isNewest?: boolean },
): Live {
  const client = useQueryClient();
  const waiting = useRef<{ steps: InvalidationStep[]; timer?: ReturnType<typeof setTimeout> | undefined }>({
    steps: [],
  });
  const reading = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(waiting.current.timer);
      clearTimeout(reading.current);
      waiting.current = { steps: [] };
      reading.current = undefined;
    },
    [],
  );
  const readAgain = () => {
    reading.current ??= setTimeout(() => {
      reading.current = undefined;
      void client.invalidateQueries({ queryKey: [JOURNAL] });
    }, REST_MS);
  };
  const show = () => {
    const { steps } = waiting.current;
    waiting.current = { steps: [] };
    const isNew = showSteps(client, project, steps);
    if (isNew && isNewest) readAgain();
    if (uuid !== undefined && steps.some(isEndOf(uuid))) {
      // The steps do not tell everything of an end.
      void client.invalidateQueries({ queryKey: entryKey(project, uuid) });
    }
  };
  const heard = ({ name, data }: StreamEvent): void => {
    if (name === "reset") readAll(client);
    const step = name === "progress" ? readStep(data) : undefined;
    if (step === undefined) return;
    waiting.current.steps.push(step);
    waiting.current.timer ??= setTimeout(show, MOMENT_MS);
  };
  return useEvents({
    where: isWanted ? `${JOURNAL}/events` : undefined,
    query: { project, uuid },
    heard,
    missed: () => readAll(client),
  });
}

function readAll(client: QueryClient): void {
  void client.invalidateQueries({
    predicate: ({ queryKey: [where] }) => where === JOURNAL || String(where).startsWith(`${JOURNAL}/`),
  });
}

/** Whether one of them is of an entry that no list shows and that is newer than what they show. */
function showSteps(client: QueryClient, project: string, steps: readonly InvalidationStep[]): boolean {
  const known = new Set<string>();
  let newest = 0;
  client.setQueriesData<LogPage>({ queryKey: [JOURNAL] }, (page) => {
    if (page === undefined || !Array.isArray(page.entries)) return page;
    for (const { uuid, sequence } of page.entries) {
      known.add(uuid);
      newest = Math.max(newest, sequence);
    }
    if (!page.entries.some(({ uuid }) => steps.some((step) => step.uuid === uuid))) return page;
    return { ...page, entries: page.entries.map((entry) => steps.reduce(applyStep, entry)) };
  });
  for (const uuid of new Set(steps.map((step) => step.uuid))) {
    client.setQueryData<EntryAnswer>(entryKey(project, uuid), (answer) =>
      answer === undefined
        ? answer
        : { ...answer, invalidation: steps.reduce(applyStep, answer.invalidation) },
    );
  }
  return steps.some(({ uuid, sequence }) => !known.has(uuid) && sequence > newest);
}

const isEndOf = (uuid: string) => (step: InvalidationStep) =>
  step.uuid === uuid && ["DONE", "ERROR", "ERROR_CDN_NODE"].includes(step.status);

function readStep(data: string): InvalidationStep | undefined {
  try {
    const step = JSON.parse(data) as Partial<InvalidationStep> | null;
    return typeof step?.uuid === "string" && Array.isArray(step.targets)
      ? (step as InvalidationStep)
      : undefined;
  } catch {
    return undefined;
  }
}
