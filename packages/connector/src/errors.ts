const UNREADABLE = "EVENT_UNREADABLE";

/**
 * What an adapter throws for a genuine event that it can never read: the connector writes the sentence into the event
 * log and does not try again. Everything else an adapter throws counts as passing trouble and is tried again.
 */
export class EventUnreadable extends Error {
  readonly code = UNREADABLE;
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "EventUnreadable";
  }
}

export function isEventUnreadable(value: unknown): value is EventUnreadable {
  return value instanceof Error && "code" in value && value.code === UNREADABLE;
}

/** Passing trouble that says how long to stay away: at least `retryAfterMs`, 0 when it named no time. */
export class TryLater extends Error {
  readonly code = "TRY_LATER";
  readonly retryAfterMs: number;
  constructor(sentence: string, retryAfterMs: number, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "TryLater";
    this.retryAfterMs = retryAfterMs;
  }
}

/** Milliseconds that the thrown thing asks to wait; 0 when it does not say. */
export function retryAfterOf(thrown: unknown): number {
  const wait = thrown instanceof Error && "retryAfterMs" in thrown ? thrown.retryAfterMs : 0;
  return typeof wait === "number" && wait > 0 ? wait : 0;
}

/** The sentence of anything that was thrown, fit for one line of a log: at most 500 characters. */
export function sentenceOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown).slice(0, 500);
  // fetch hides what happened ("ECONNREFUSED 127.0.0.1:8080") in its cause.
  const cause = thrown.cause instanceof Error ? thrown.cause.message : "";
  const text =
    cause === "" || thrown.message.includes(cause) ? thrown.message : `${thrown.message} (${cause})`;
  return text.replaceAll(/\s+/g, " ").slice(0, 500);
}
