import { randomUUID } from "node:crypto";
import type { CdnDriver, CdnLimits } from "@freshet/core";
import { type ApiOptions, errorOf, field, isEmpty } from "./ask.ts";
import { loadClient } from "./client.ts";
import { CdnError } from "./errors.ts";
import { type Hidden, reveal } from "./secret.ts";
import { readsShared, type SharedOptions } from "./shared.ts";

export interface CloudFrontOptions extends ApiOptions, SharedOptions {
  /** Id of the distribution. */
  readonly distribution: string;
  /** Absent: whatever the client finds itself, such as the role of the machine. */
  readonly credentials?: { readonly id: string; readonly secret: Hidden } | undefined;
  /** Header that the distribution's CacheTagConfig names; "Cache-Tag" unless told. */
  readonly tagHeader?: string | undefined;
  /** Gives @aws-sdk/client-cloudfront where it is not installed beside this package. */
  readonly load?: (() => Promise<unknown>) | undefined;
}

/** As much of @aws-sdk/client-cloudfront as is used. */
interface CloudFrontModule {
  readonly CloudFrontClient: new (
    config: object,
  ) => {
    send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
  };
  readonly CreateInvalidationCommand: new (input: object) => object;
}

const LIMITS: CdnLimits = {
  // 3,000 paths and tags may be in progress for a distribution; how long one takes is not stated, minutes at most.
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
  batch: 1_000,
  targets: { size: 3_000, perSecond: 10 },
  settleMs: 60_000,
};
const CLIENT = "@aws-sdk/client-cloudfront";
/** What is said when the maker's bounds are reached, whatever its status. */
const BUSY: ReadonlySet<string> = new Set([
  "TooManyInvalidationsInProgress",
  "Throttling",
  "ThrottlingException",
]);

/** One distribution of CloudFront, by Amazon's own client: it signs, and finds credentials wherever Amazon keeps them. */
export function createCloudFrontDriver(options: CloudFrontOptions): CdnDriver {
  const { distribution, credentials, tagHeader = "Cache-Tag", load = () => import(CLIENT) } = options;
  const { timeoutMs = 9_000 } = options;
  const name = `cloudfront ${distribution}`;
  const client = loadClient(name, CLIENT, load, (loaded) => {
    const { CloudFrontClient, CreateInvalidationCommand } = loaded as CloudFrontModule;
    const { fetch } = options;
    const sender = new CloudFrontClient({
      region: "us-east-1",
      // Repetitions are the caller's.
      maxAttempts: 1,
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      ...(fetch === undefined ? {} : { requestHandler: handlerOf(fetch) }),
      ...(credentials === undefined
        ? {}
        : { credentials: { accessKeyId: credentials.id, secretAccessKey: reveal(credentials.secret) } }),
    });
    return {
      send: (input: object, abortSignal: AbortSignal) =>
        sender.send(new CreateInvalidationCommand(input), { abortSignal }),
    };
  });
  const purge = async (items: readonly string[], sequence: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (isEmpty(name, items, LIMITS.batch)) return;
    const late = AbortSignal.timeout(timeoutMs);
    const { send } = await client();
    const InvalidationBatch = {
      // A reference that was used before would lead to that invalidation again, and a purge that is repeated has to purge again.
      CallerReference: `freshet-${sequence}-${randomUUID()}`,
      Paths: { Quantity: items.length, Items: items },
    };
    let answer: unknown;
    try {
      answer = await send(
        { DistributionId: distribution, InvalidationBatch },
        AbortSignal.any([signal, late]),
      );
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) throw new CdnError("NODE_SLOW", name, `${timeoutMs} ms`);
      throw translate(name, error, credentials && reveal(credentials.secret));
    }
    if (typeof field(field(answer, "Invalidation"), "Id") !== "string")
      throw new CdnError("NODE_BROKEN", name, "the answer has no id");
  };
  return {
    name,
    ending: "probed",
    limits: LIMITS,
    reads: { tags: { header: tagHeader, separator: "," }, ...readsShared(options) },
    purgeTags: ({ tags, sequence }, signal) =>
      purge(
        tags.map((tag) => `#${tag}`),
        sequence,
        signal,
      ),
    // An asterisk at the end would be a wildcard.
    purgeUrls: ({ urls, sequence }, signal) =>
      purge(
        urls.map((url) => url.replace(/^https?:\/\/[^/]*/, "").replaceAll("*", "%2A")),
        sequence,
        signal,
      ),
  };
}

function translate(name: string, error: unknown, secret: string | undefined): CdnError {
  const { name: kind = "", message = "", code } = error as { name?: string; message?: string; code?: string };
  const hidden = secret ? message.replaceAll(secret, "***") : message;
  const told = `${kind}: ${hidden}`.replace(/\s+/g, " ").slice(0, 300);
  if (BUSY.has(kind)) return new CdnError("NODE_BUSY", name, told);
  if (kind === "CredentialsProviderError") return new CdnError("NODE_DENIED", name, told);
  const status = field(field(error, "$metadata"), "httpStatusCode");
  // What has no status was not answered, or not by CloudFront.
  if (typeof status !== "number" || status < 300) {
    return typeof code === "string"
      ? new CdnError("NODE_UNREACHABLE", name, code)
      : new CdnError("NODE_BROKEN", name, told);
  }
  return errorOf(name, status, told);
}

/** Sends the client's requests by `fetch`. */
function handlerOf(fetch: typeof globalThis.fetch) {
  interface Sent {
    readonly protocol: string;
    readonly hostname: string;
    readonly port?: number;
    readonly path: string;
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
  }
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(sent: Sent, { abortSignal }: { readonly abortSignal?: AbortSignal } = {}) {
      const { protocol, hostname, port, path, method, headers, body } = sent;
      const url = `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`;
      const response = await fetch(url, { method, headers, body: body ?? null, signal: abortSignal ?? null });
      return {
        response: {
          statusCode: response.status,
          headers: Object.fromEntries(response.headers),
          body: new Uint8Array(await response.arrayBuffer()),
        },
      };
    },
  };
}
