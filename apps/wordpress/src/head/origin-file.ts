import { createHash } from "node:crypto";
import { backoffMs } from "@freshet/store";
import type { Turns } from "./polite.ts";

/** What a site says of a file now. */
export type FileState =
  /** `mark` tells its bytes from others as far as validators can; undefined where they cannot. */
  | { readonly kind: "there"; readonly mark: string | undefined }
  | { readonly kind: "gone" }
  /** The site would not say: it refuses, redirects, or is in trouble with this file. */
  | { readonly kind: "unknown" };

/** Asks a site about its files. Rejects when the site as a whole does not answer. */
export interface OriginFiles {
  look(url: string): Promise<FileState>;
  /** Hex SHA-256 of the bytes; undefined when they cannot be read whole, or are too many. */
  digest(url: string): Promise<string | undefined>;
}

const TIMEOUT_MS = 20_000;
const MOST_BYTES = 50_000_000;
const TRIES = 5;
const BACKOFF = { firstMs: 2_000, mostMs: 60_000 };
const LONGEST_RETRY_AFTER_MS = 120_000;
/** A time of change proves nothing about bytes written right after it: servers and ETags count seconds. */
const RACY_MS = 60_000;
/** Statuses by which a host says that it does not take HEAD. */
const NO_HEAD = [400, 403, 405, 501];

export function createOriginFiles(options: {
  readonly turns: Turns;
  readonly agent: string;
  readonly now: () => number;
  readonly fetch?: typeof fetch;
}): OriginFiles {
  const { turns } = options;
  // Per host: after the first refusal GET is asked, and its body is not read.
  const withoutHead = new Set<string>();

  const ask = async (method: "HEAD" | "GET", url: string): Promise<Response> => {
    for (let attempt = 1; ; attempt++) {
      const response = await turns.take(() =>
        (options.fetch ?? fetch)(url, {
          method,
          redirect: "manual",
          // Of the bytes themselves, past any cache in between; a compressed answer has other lengths and tags.
          headers: {
            "user-agent": options.agent,
            "cache-control": "no-cache",
            "accept-encoding": "identity",
          },
          signal: AbortSignal.timeout(TIMEOUT_MS),
        }),
      );
      const isPassing = response.status === 429 || response.status >= 500;
      if (!isPassing || response.status === 501 || attempt === TRIES) return response;
      await response.body?.cancel();
      const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
      const asked = seconds > 0 ? Math.min(seconds * 1_000, LONGEST_RETRY_AFTER_MS) : 0;
      turns.slowDown(Math.max(asked, backoffMs(attempt, BACKOFF)));
    }
  };

  const headersOf = async (url: string): Promise<Response> => {
    const { host } = new URL(url);
    if (!withoutHead.has(host)) {
      const response = await ask("HEAD", url);
      if (!NO_HEAD.includes(response.status)) return response;
    }
    const response = await ask("GET", url);
    await response.body?.cancel();
    if (response.status === 200) withoutHead.add(host);
    return response;
  };

  return {
    async look(url) {
      const { status, headers } = await headersOf(url);
      if (status === 200) return { kind: "there", mark: markOf(headers, options.now()) };
      return { kind: status === 404 || status === 410 ? "gone" : "unknown" };
    },
    async digest(url) {
      const response = await ask("GET", url);
      const hash = createHash("sha256");
      let length = 0;
      if (response.status === 200 && response.body !== null) {
        for await (const chunk of response.body) {
          length += chunk.byteLength;
          if (length > MOST_BYTES) return undefined;
          hash.update(chunk);
        }
        return hash.digest("hex");
      }
      await response.body?.cancel();
      return undefined;
    },
  };
}

/** A version in the form of `vh`, of all validators together: `h` and 16 hex digits. */
function markOf(headers: Headers, now: number): string | undefined {
  const etag = headers.get("etag");
  const modified = headers.get("last-modified");
  const length = headers.get("content-length");
  const changedAt = Date.parse(modified ?? "");
  const date = Date.parse(headers.get("date") ?? "") || now;
  if (etag === null && (Number.isNaN(changedAt) || length === null)) return undefined;
  if (date - changedAt < RACY_MS) return undefined;
  const text = [etag, modified, length].map((value) => value ?? "").join("\n");
  return `h${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}
