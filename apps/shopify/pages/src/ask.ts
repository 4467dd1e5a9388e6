import type { ProblemAnswer } from "../../src/api/answers.ts";

/** Why there is no answer; `title` is for people. */
export class Problem extends Error {
  readonly code: string;
  readonly detail: string | undefined;
  /** Milliseconds after which it may be asked again by itself; undefined: asking again would not help. */
  readonly againMs: number | undefined;
  constructor({ code, title, detail }: ProblemAnswer, againMs: number | undefined) {
    super(title);
    this.name = "Problem";
    this.code = code;
    this.detail = detail;
    this.againMs = againMs;
  }
}

const AGAIN_MS = 5_000;

/** Asks the app's API. App Bridge adds the session token. Rejects with a `Problem`, and with an AbortError after `signal`. */
export async function ask<Answer>(
  path: string,
  { method = "GET", body, signal }: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(signal !== undefined && { signal }),
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    throw new Problem(problemOf(0, "APP_AWAY", AWAY), AGAIN_MS);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as Answer;
  if (isProblem(answer)) throw new Problem(answer, response.status === 503 ? waitOf(response) : undefined);
  // Not the app's own words: somebody on the way answered in its place.
  throw new Problem(problemOf(response.status, "APP_AWAY", AWAY), AGAIN_MS);
}

const AWAY = "The app cannot be reached now.";
const waitOf = (response: Response): number =>
  Math.max(1, Number(response.headers.get("retry-after")) || AGAIN_MS / 1_000) * 1_000;
const problemOf = (status: number, code: string, title: string): ProblemAnswer => ({ status, code, title });

function isProblem(answer: unknown): answer is ProblemAnswer {
  return typeof answer === "object" && answer !== null && "code" in answer && "title" in answer;
}
