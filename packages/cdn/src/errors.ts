const SENTENCES = {
  NODE_UNREACHABLE: (node) => `${node} cannot be reached. Start it, or take it out of "cdn".`,
  NODE_SLOW: (node) =>
    `${node} did not answer in time. It is asked again; if it stays slow, take it out of "cdn".`,
  NODE_REFUSED: (node) =>
    `${node} takes no control requests from here. Add this server's address to those it lists as its purgers.`,
  NODE_STRANGE: (node) =>
    `${node} did not answer as a Freshet node does. Check the address and that it runs Freshet's configuration.`,
  NODE_DENIED: (node) =>
    `${node} does not accept the credentials. Check the key in "cdn" and what it may do, then retry.`,
  NODE_BUSY: (node) => `${node} wants to be asked more slowly. It is asked again when it said it may be.`,
  NODE_BROKEN: (node) => `${node} did not confirm the purge. It is asked again.`,
  PURGE_REFUSED: (node) => `${node} refused the purge. Check its settings in "cdn", then retry.`,
  PURGE_UNREADABLE: (node) => `${node} could not read the purge and did nothing.`,
  PURGE_TOO_LARGE: (node) => `${node} takes fewer targets in one purge. Split it by limits.batch.`,
  CLIENT_MISSING: (node) => `${node} needs its maker's client beside the server. Install it, then retry.`,
} as const satisfies Record<string, (node: string) => string>;

/** Why a node did not do what it was asked to. Codes are permanent. */
export type CdnErrorCode = keyof typeof SENTENCES;

/** What asking again cannot mend. */
const FINAL: ReadonlySet<CdnErrorCode> = new Set([
  ...(["NODE_DENIED", "PURGE_REFUSED", "PURGE_TOO_LARGE", "PURGE_UNREADABLE", "CLIENT_MISSING"] as const),
]);

const BRAND = Symbol.for("freshet.cdn-error");

/** A purge, probe or join that was not carried out; `message` names the node and says what to do. */
export class CdnError extends Error {
  readonly code: CdnErrorCode;
  /** Asking again leads to the same: somebody has to change something first. */
  readonly isFinal: boolean;
  /** Milliseconds after which the node wants to be asked again; undefined where it did not say. */
  readonly retryAfterMs: number | undefined;
  constructor(
    code: CdnErrorCode,
    node: string,
    detail?: string,
    options?: ErrorOptions & { readonly retryAfterMs?: number | undefined },
  ) {
    const sentence = SENTENCES[code](node);
    super(detail === undefined ? sentence : `${sentence} (${detail})`, options);
    this.name = "CdnError";
    this.code = code;
    this.isFinal = FINAL.has(code);
    this.retryAfterMs = options?.retryAfterMs;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Tells a `CdnError` by its brand, so that two copies of this package agree. */
export function isCdnError(value: unknown): value is CdnError {
  return typeof value === "object" && value !== null && BRAND in value;
}
