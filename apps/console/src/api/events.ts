import { useEffect, useRef, useState } from "react";
import { type Query, withQuery } from "./call.ts";
import { type ApiError, apiErrorOf, refusal, unreachable } from "./error.ts";
import { createEventReader, type StreamEvent } from "./event-stream.ts";

/** Whether events come in: "live", "connecting" (again), or "off", where the server refuses and nothing is tried any more. */
export type EventState = "live" | "connecting" | "off";

export interface EventsOptions {
  readonly query?: Query;
  /** Undefined follows nothing. */
  readonly where: string | undefined;
  readonly heard: (event: StreamEvent) => void;
  /** The stream begins anew without what was between: whoever shows a list reads it again. */
  readonly missed?: () => void;
}

const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 15_000;

/**
 * Follows a stream of server-sent events while the page is looked at, and goes on behind the last event that came. A browser opens few
 * connections to one server, so a page that nobody sees gives its own back.
 */
export function useEvents({ where, query, heard, missed }: EventsOptions): {
  readonly state: EventState;
  readonly error: ApiError | undefined;
} {
  const [state, setState] = useState<EventState>("connecting");
  const [error, setError] = useState<ApiError>();
  const newest = useRef({ heard, missed });
  useEffect(() => {
    newest.current = { heard, missed };
  });
  const address = where === undefined ? undefined : withQuery(where, query);
  useEffect(() => {
    if (address === undefined) return;
    let running: AbortController | undefined;
    const follow = () => {
      if (document.hidden) {
        running?.abort();
        running = undefined;
        return;
      }
      if (running) return;
      running = new AbortController();
      void followEvents(address, running.signal, {
        heard: (event) => newest.current.heard(event),
        missed: () => newest.current.missed?.(),
        state: (next, why) => {
          setState(next);
          setError(why);
        },
      });
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      running?.abort();
    };
  }, [address]);
  return { state, error };
}

async function followEvents(
  address: string,
  signal: AbortSignal,
  tell: {
    readonly heard: (event: StreamEvent) => void;
    readonly missed: () => void;
    readonly state: (state: EventState, error: ApiError | undefined) => void;
  },
): Promise<void> {
  let last = "";
  let rest = FIRST_REST_MS;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      const response = await open(address, last, signal);
      if (!isFirst && last === "") tell.missed();
      tell.state("live", undefined);
      rest = FIRST_REST_MS;
      const reader = createEventReader((event) => {
        last = event.id;
        tell.heard(event);
      });
      const texts = response.pipeThrough(new TextDecoderStream()).getReader();
      for (let read = await texts.read(); !read.done; read = await texts.read()) reader(read.value);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = apiErrorOf(thrown);
      // What is refused now is refused later, unless the server was busy or away.
      if (error.status >= 400 && error.status < 500 && error.status !== 429) return tell.state("off", error);
      tell.state("connecting", error);
    }
    await new Promise((done) => setTimeout(done, rest));
    rest = Math.min(2 * rest, LONGEST_REST_MS);
  }
}

async function open(
  address: string,
  last: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await fetch(address, {
    headers: { accept: "text/event-stream", ...(last !== "" && { "last-event-id": last }) },
    credentials: "same-origin",
    cache: "no-store",
    signal,
  }).catch((thrown: unknown) => {
    throw signal.aborted ? thrown : unreachable();
  });
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => undefined));
  if (!response.body) throw unreachable();
  return response.body;
}
