import {
  INVALIDATION_SCOPES,
  INVALIDATION_STATUSES,
  type InvalidationEntry,
  type InvalidationPage,
  type InvalidationReceipt,
  type InvalidationRequest,
  type InvalidationStatus,
} from "./contract.ts";
import { InvalidationError } from "./errors.ts";
import { createExchange, type ExchangeOptions } from "./exchange.ts";

/** An invalidation as a service reports it: Freshet says everything, Cloudimage only the first five. */
export type ReportedInvalidation = Pick<
  InvalidationEntry,
  "status" | "uuid" | "added_at" | "scope" | "urls"
> &
  Partial<InvalidationEntry>;

/** How to reach the service. */
export interface InvalidationClientOptions extends Omit<ExchangeOptions, "endpoint"> {
  /** `cloudimage` sends only what Cloudimage's own API knows: no tags, no cause, no digests, no idempotency key. */
  readonly service?: "freshet" | "cloudimage";
  /** Needed for Freshet; Cloudimage's own by default. */
  readonly endpoint?: string;
  /** Waiting between two questions; for tests. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Milliseconds since any fixed moment; for tests. */
  readonly now?: () => number;
}

/** Talks to the invalidation API. Everything rejects with an `InvalidationError`. */
export interface InvalidationClient {
  /** Resolves once the service has taken the request in; with an idempotency key it may be repeated safely. */
  invalidate(
    request: InvalidationRequest,
    options?: { readonly idempotencyKey?: string },
  ): Promise<InvalidationReceipt>;
  status(uuid: string): Promise<ReportedInvalidation>;
  list(options?: { readonly limit?: number; readonly cursor?: string }): Promise<InvalidationPage>;
  retry(uuid: string): Promise<InvalidationReceipt>;
  /**
   * Asks until the invalidation is Done. Rejects with `INVALIDATION_FAILED` if it ends otherwise and with
   * `INVALIDATION_UNFINISHED` after `timeoutMs` (two minutes unless said otherwise); passing faults are sat out.
   */
  waitUntilDone(
    uuid: string,
    options?: { readonly timeoutMs?: number; readonly onStatus?: (entry: ReportedInvalidation) => void },
  ): Promise<ReportedInvalidation>;
}

const CLOUDIMAGE_ENDPOINT = "https://api.cloudimage.com";
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export function createInvalidationClient(options: InvalidationClientOptions): InvalidationClient {
  const { service = "freshet", sleep = rest, now = Date.now } = options;
  const endpoint = options.endpoint ?? (service === "cloudimage" ? CLOUDIMAGE_ENDPOINT : undefined);
  if (endpoint === undefined)
    throw new TypeError("Freshet has no common address: give the endpoint of the server.");
  const exchange = createExchange({ ...options, endpoint });
  const at = (uuid: string) => `/invalidate/${encodeURIComponent(uuid.toWellFormed())}`;

  const client: InvalidationClient = {
    async invalidate(request, { idempotencyKey } = {}) {
      const isFreshet = service === "freshet";
      const headers = isFreshet && idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {};
      return readReceipt(
        await exchange("POST", "/invalidate", { body: isFreshet ? request : plain(request), headers }),
      );
    },
    async status(uuid) {
      return readEntry(field(await exchange("GET", at(uuid)), "invalidation"));
    },
    async list({ limit, cursor } = {}) {
      if (service !== "freshet") throw new InvalidationError("OPERATION_UNSUPPORTED");
      const query = new URLSearchParams();
      if (limit !== undefined) query.set("limit", String(limit));
      if (cursor !== undefined) query.set("cursor", cursor);
      const answer = await exchange("GET", `/invalidate${query.size > 0 ? `?${query}` : ""}`);
      const entries = field(answer, "invalidations");
      if (!Array.isArray(entries)) throw new InvalidationError("ANSWER_MALFORMED");
      const next = field(answer, "cursor");
      return {
        status: "success",
        invalidations: entries.map((entry) => readEntry(entry) as InvalidationEntry),
        cursor: typeof next === "string" ? next : null,
      };
    },
    async retry(uuid) {
      if (service !== "freshet") throw new InvalidationError("OPERATION_UNSUPPORTED");
      return readReceipt(await exchange("POST", `${at(uuid)}/retry`));
    },
    async waitUntilDone(uuid, { timeoutMs = 120_000, onStatus } = {}) {
      const end = now() + timeoutMs;
      let seen: InvalidationStatus | undefined;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) {
        const entry = await client.status(uuid).catch(sitOut);
        if (!(entry instanceof InvalidationError)) {
          if (entry.status !== seen) onStatus?.(entry);
          seen = entry.status;
          if (seen === "DONE") return entry;
          if (seen === "ERROR" || seen === "ERROR_CDN_NODE") throw failed(entry);
        }
        const asked = entry instanceof InvalidationError ? (entry.retryAfterMs ?? 0) : 0;
        const left = end - now();
        if (left <= asked) throw new InvalidationError("INVALIDATION_UNFINISHED");
        await sleep(Math.min(left, Math.max(pause, asked)));
      }
    },
  };
  return client;
}

const rest = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

function sitOut(fault: unknown): InvalidationError {
  if (fault instanceof InvalidationError && fault.isPassing) return fault;
  throw fault;
}

function failed({ status, error }: ReportedInvalidation): InvalidationError {
  return new InvalidationError("INVALIDATION_FAILED", { said: error ? `${status}: ${error}` : status });
}

function plain(request: InvalidationRequest): unknown {
  if (request.scope === "tags") throw new InvalidationError("OPERATION_UNSUPPORTED");
  const { cause: _cause, ...rest } = request;
  if (rest.scope !== "original") return rest;
  const { digests: _digests, ...original } = rest;
  return original;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function readReceipt(answer: unknown): InvalidationReceipt {
  const invalidation = field(answer, "invalidation");
  const msg = field(answer, "msg");
  return {
    status: "success",
    msg: typeof msg === "string" ? msg : "",
    invalidation: {
      status: readStatus(invalidation),
      uuid: readUuid(invalidation),
      added_at: readAddedAt(invalidation),
    },
  };
}

/** What the client itself relies on is checked; the rest is handed on as the service gave it. */
function readEntry(entry: unknown): ReportedInvalidation {
  const urls = field(entry, "urls");
  return {
    ...(entry as Partial<InvalidationEntry>),
    status: readStatus(entry),
    uuid: readUuid(entry),
    added_at: readAddedAt(entry),
    scope: INVALIDATION_SCOPES.find((each) => each === field(entry, "scope")) ?? "original",
    urls: {
      received: Array.isArray(field(urls, "received")) ? texts(field(urls, "received")) : null,
      invalidated: texts(field(urls, "invalidated")),
      failed: texts(field(urls, "failed")),
    },
  };
}

/** A stage this list does not name is one on the way. */
function readStatus(value: unknown): InvalidationStatus {
  const status = field(value, "status");
  return INVALIDATION_STATUSES.find((each) => each === status) ?? "PREPARING";
}

function readUuid(value: unknown): string {
  const uuid = field(value, "uuid");
  if (typeof uuid !== "string" || uuid === "") throw new InvalidationError("ANSWER_MALFORMED");
  return uuid;
}

function readAddedAt(value: unknown): string {
  const time = field(value, "added_at");
  return typeof time === "string" ? time : "";
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
