import type { ErrorCode } from "../errors.ts";
import type { FetchTimes } from "../sources/times.ts";

/** Whence an answer came: of what delivery says, and `redirect`, `failed` (a placeholder), `edge` (a hit that a node told of). */
export type AnswerSource =
  | "memory"
  | "disk"
  | "shared"
  | "rendered"
  | "original"
  | "unmodified"
  | "redirect"
  | "failed"
  | "edge";

/** Answers for which no origin was asked and no pixel touched. */
export const HITS: ReadonlySet<string> = new Set<AnswerSource>([
  "memory",
  "disk",
  "shared",
  "unmodified",
  "edge",
]);

/** Answers that somebody waited for. */
export const MISSES: ReadonlySet<string> = new Set<AnswerSource>(["rendered", "original"]);

/** What is the same for every answer under one URL. */
export interface AnswerFacts {
  /** Empty where no project answers to the host. */
  readonly project: string;
  /** Request target: path and query. */
  readonly url: string;
  /** Normal form of the original; absent where the URL names none. */
  readonly original?: string | undefined;
  readonly status: number;
  /** Of a picture that went out whole; then `bytesIn` is what its original has. */
  readonly format?: string | undefined;
  readonly bytes: number;
  readonly bytesIn?: number | undefined;
}

/** One answer. */
export interface AnswerEvent extends AnswerFacts {
  readonly source: AnswerSource;
  /** Of a placeholder. */
  readonly code?: ErrorCode | undefined;
  /** `Referer` as it was sent. */
  readonly referer?: string | undefined;
  readonly country?: string | undefined;
  /** Until the answer was ready. */
  readonly milliseconds: number;
}

/** One render, whether it brought a picture or not. */
export interface RenderEvent {
  readonly project: string;
  readonly url: string;
  readonly original: string;
  readonly status: number;
  readonly code?: string | undefined;
  readonly format: string;
  readonly milliseconds: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** One original asked of its origin. */
export interface FetchEvent {
  readonly project: string;
  /** Address at the origin, without a query that may be secret. */
  readonly url: string;
  readonly origin: string;
  /** What the origin answered, as far as it tells; absent where there was no answer. */
  readonly status?: number | undefined;
  /** Code of the error table, where it brought nothing. */
  readonly code?: string | undefined;
  readonly milliseconds: number;
  readonly times: FetchTimes;
  readonly bytes: number;
}

/** One line of a node's own log. */
export interface NodeEvent {
  readonly project: string;
  readonly at: number;
  readonly url: string;
  readonly status: number;
  readonly bytes: number;
  readonly cache: string;
  readonly milliseconds?: number | undefined;
  readonly node?: string | undefined;
  readonly referer?: string | undefined;
  readonly country?: string | undefined;
  readonly format?: string | undefined;
  readonly count: number;
}
