import { Agent, type Dispatcher } from "undici";
import { readBody } from "../sources/body.ts";
import { type S3Settings, urlOf } from "./address.ts";
import { factsOf, META, nothingFor, refusalOf, textOf } from "./answers.ts";
import { type CallOptions, type Clock, withinTime } from "./clock.ts";
import { readListing } from "./documents.ts";
import {
  failure,
  type Listing,
  type ObjectFacts,
  outcomeOf,
  type S3Failure,
  type S3Missing,
} from "./outcomes.ts";
import { createSigner, NO_BODY } from "./signature.ts";

export interface GetOptions extends CallOptions {
  /** An object of more bytes is not read: S3_TOO_LARGE. */
  readonly maxBytes: number;
  /** Milliseconds for the whole call once the object's size is known; absent is `timeoutMs`. */
  readonly timeoutFor?: (bytes: number) => number;
}

export interface PutOptions extends CallOptions {
  readonly contentType?: string;
  /** Kept with the object as `x-amz-meta-*`: names in lower case, visible ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** SHA-256 of the bytes in hex, if it is known already. */
  readonly sha256?: string;
}

export interface ListOptions extends CallOptions {
  readonly prefix?: string;
  /** `next` of the page before. */
  readonly from?: string;
  /** 1 to 1,000. */
  readonly limit?: number;
}

export type S3Found = { readonly kind: "found"; readonly bytes: Uint8Array } & ObjectFacts;
export type S3Described = { readonly kind: "found" } & ObjectFacts;

/**
 * One bucket of an S3-compatible store. Whatever the store does is a value with a name; calls reject only when their
 * signal aborts. A body that breaks off is a failure, never a shorter object.
 */
export interface S3Client {
  get(key: string, options: GetOptions): Promise<S3Found | S3Missing | S3Failure>;
  head(key: string, options?: CallOptions): Promise<S3Described | S3Missing | S3Failure>;
  put(key: string, bytes: Uint8Array, options?: PutOptions): Promise<{ readonly kind: "stored" } | S3Failure>;
  /** Also of what is not there. */
  remove(key: string, options?: CallOptions): Promise<{ readonly kind: "removed" } | S3Failure>;
  list(options?: ListOptions): Promise<Listing | S3Failure>;
  close(): Promise<void>;
}

const CONNECTIONS = 32;
const LONGEST_DOCUMENT = 16 * 2 ** 20;

// A kept connection that the store closed at the moment of the request: nothing was answered, ask once more.
const LOST_CONNECTION: ReadonlySet<unknown> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

interface Call {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  readonly url: URL | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly sha256?: string;
}

/** `now` is the clock that requests are signed by. */
export function createS3Client(settings: S3Settings, now: () => number = Date.now): S3Client {
  const sign = createSigner(settings, now);
  const agent = new Agent({
    connect: { timeout: 3_000 },
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: 4_000,
    // The call's own clock covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  /** Sends it and hands the answer on; what goes wrong on the way there or back becomes a failure. */
  async function exchange<Outcome>(
    { method, url, headers = {}, body, sha256 = NO_BODY }: Call,
    clock: Clock,
    read: (answer: Dispatcher.ResponseData) => Promise<Outcome>,
  ): Promise<Outcome | S3Failure> {
    if (!url) return failure("S3_KEY_UNUSABLE");
    const signed = await sign({ method, url, headers, sha256 });
    const request = {
      ...{ origin: url.origin, path: url.pathname + url.search, method, headers: signed },
      ...(body && { body }),
    };
    for (let isAgain = false; ; isAgain = true) {
      try {
        const answer = await agent.request({ ...request, signal: clock.signal });
        answer.body.on("error", () => {}); // told to whoever reads; nobody may be reading any more
        return await read(answer);
      } catch (error) {
        if (clock.signal.aborted) return failure("S3_SLOW");
        const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
        if (isAgain || !LOST_CONNECTION.has(code)) return failure("S3_AWAY");
      }
    }
  }

  async function get(key: string, options: GetOptions) {
    const { maxBytes, timeoutFor } = options;
    return withinTime(options, (clock) =>
      exchange(
        { method: "GET", url: urlOf(settings, key) },
        clock,
        async (answer): Promise<S3Found | S3Missing | S3Failure> => {
          if (answer.statusCode !== 200) return refusalOf(answer);
          const facts = factsOf(answer);
          if (facts.size !== undefined && timeoutFor) clock.allow(timeoutFor(facts.size));
          const body = await readBody(answer.body, { maxBytes, announced: facts.size }, () => {});
          if (body.kind === "whole") return { kind: "found", bytes: body.bytes, ...facts };
          answer.body.destroy();
          return failure("S3_TOO_LARGE", answer.statusCode);
        },
      ),
    );
  }

  async function head(key: string, options: CallOptions = {}) {
    return withinTime(options, (clock) =>
      exchange(
        { method: "HEAD", url: urlOf(settings, key) },
        clock,
        async (answer): Promise<S3Described | S3Missing | S3Failure> => {
          await answer.body.dump();
          if (answer.statusCode !== 200) return outcomeOf(answer.statusCode, undefined);
          return { kind: "found", ...factsOf(answer) };
        },
      ),
    );
  }

  async function put(key: string, bytes: Uint8Array, options: PutOptions = {}) {
    const { contentType = "application/octet-stream", metadata = {} } = options;
    const sha256 = options.sha256 ?? (await sha256Of(bytes));
    const meta = Object.entries(metadata).map(([name, value]) => [`${META}${name}`, value]);
    const headers = { "content-type": contentType, ...Object.fromEntries(meta) };
    const call: Call = { method: "PUT", url: urlOf(settings, key), headers, body: bytes, sha256 };
    return withinTime(options, (clock) =>
      exchange(call, clock, async (answer) => {
        if (answer.statusCode !== 200) return nothingFor(await refusalOf(answer));
        await answer.body.dump();
        return { kind: "stored" as const };
      }),
    );
  }

  async function remove(key: string, options: CallOptions = {}) {
    return withinTime(options, (clock) =>
      exchange({ method: "DELETE", url: urlOf(settings, key) }, clock, async (answer) => {
        const isDone = answer.statusCode === 200 || answer.statusCode === 204;
        const refusal = isDone ? undefined : await refusalOf(answer);
        if (isDone) await answer.body.dump();
        if (refusal?.kind === "failed") return refusal;
        return { kind: "removed" as const };
      }),
    );
  }

  async function list(options: ListOptions = {}) {
    const { prefix = "", from, limit = 1_000 } = options;
    const query = {
      ...{ "list-type": "2", "encoding-type": "url", "max-keys": String(limit), prefix },
      ...(from !== undefined && { "continuation-token": from }),
    };
    return withinTime(options, (clock) =>
      exchange({ method: "GET", url: urlOf(settings, "", query) }, clock, async (answer) => {
        if (answer.statusCode !== 200) return nothingFor(await refusalOf(answer));
        const listing = readListing(await textOf(answer, LONGEST_DOCUMENT));
        return listing ?? failure("S3_BROKEN", answer.statusCode);
      }),
    );
  }

  return { get, head, put, remove, list, close: () => agent.destroy() };
}

/** SHA-256 in hex, made in the thread pool: hashing megabytes on the main thread would hold up everyone's hits. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const whole = bytes as Uint8Array<ArrayBuffer>;
  return Buffer.from(await crypto.subtle.digest("SHA-256", whole)).toString("hex");
}
