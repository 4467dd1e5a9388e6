/**
 * Why a call failed; permanent names. `S3_BUSY`, `S3_BROKEN` and `S3_AWAY` pass by themselves; the others want an operator:
 * `S3_REFUSED` (credentials or rights), `S3_NO_BUCKET`, `S3_ELSEWHERE` (another region or endpoint), `S3_KEY_UNUSABLE`.
 */
export type S3Code =
  | "S3_AWAY"
  | "S3_SLOW"
  | "S3_BUSY"
  | "S3_BROKEN"
  | "S3_REFUSED"
  | "S3_NO_BUCKET"
  | "S3_ELSEWHERE"
  | "S3_TOO_LARGE"
  | "S3_KEY_UNUSABLE";

/** A failure is a value. It never holds a credential, a signature or an address. */
export interface S3Failure {
  readonly kind: "failed";
  readonly code: S3Code;
  readonly status: number | undefined;
  /** The code in the server's own error document, such as `SlowDown`. */
  readonly said: string | undefined;
}

export interface S3Missing {
  readonly kind: "missing";
}

/** What the head of an object says. */
export interface ObjectFacts {
  /** Undefined where the server does not say it in advance. */
  readonly size: number | undefined;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly contentType: string | undefined;
  /** `x-amz-meta-*` without that beginning, names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** One line of a listing. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

export interface Listing {
  readonly kind: "listed";
  readonly objects: readonly ListedObject[];
  /** Where the next page goes on; undefined behind the last one. */
  readonly next: string | undefined;
}

export function failure(code: S3Code, status?: number, said?: string): S3Failure {
  return { kind: "failed", code, status, said };
}

/** What an answer that brings nothing means. `said` is the code of its error document, where there was one. */
export function outcomeOf(status: number, said: string | undefined): S3Missing | S3Failure {
  if (said === "NoSuchBucket") return failure("S3_NO_BUCKET", status, said);
  if (status === 404 || status === 410) return { kind: "missing" };
  if (status >= 300 && status < 400) return failure("S3_ELSEWHERE", status, said);
  if (status === 409 || status === 429 || status === 503 || said === "RequestTimeout")
    return failure("S3_BUSY", status, said);
  return failure(status >= 400 && status < 500 ? "S3_REFUSED" : "S3_BROKEN", status, said);
}

/** Whether the same call may do better a moment later. */
export function isPassing({ code }: S3Failure): boolean {
  return code === "S3_AWAY" || code === "S3_BUSY" || code === "S3_BROKEN";
}
