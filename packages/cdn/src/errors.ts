const SENTENCES = {
  NODE_UNREACHABLE: (node) => `${node} cannot be reached. Start it, or take it out of "cdn".`,
  NODE_SLOW: (node) =>
    `${node} did not answer in time. It is asked again; if it stays slow, take it out of "cdn".`,
  NODE_REFUSED: (node) =>
    `${node} takes no control requests from here. Add this server's address to those it lists as its purgers.`,
  NODE_STRANGE: (node) =>
    `${node} did not answer as a Freshet node does. Check the address and that it runs Freshet's configuration.`,
  PURGE_UNREADABLE: (node) => `${node} could not read the purge and did nothing.`,
  PURGE_TOO_LARGE: (node) => `${node} takes fewer targets in one purge. Split it by limits.batch.`,
} as const satisfies Record<string, (node: string) => string>;

/** Why a node did not do what it was asked to. Codes are permanent. */
export type CdnErrorCode = keyof typeof SENTENCES;

const BRAND = Symbol.for("freshet.cdn-error");

/** A purge, probe or join that was not carried out; `message` names the node and says what to do. */
export class CdnError extends Error {
  readonly code: CdnErrorCode;
  constructor(code: CdnErrorCode, node: string, detail?: string, options?: ErrorOptions) {
    const sentence = SENTENCES[code](node);
    super(detail === undefined ? sentence : `${sentence} (${detail})`, options);
    this.name = "CdnError";
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Tells a `CdnError` by its brand, so that two copies of this package agree. */
export function isCdnError(value: unknown): value is CdnError {
  return typeof value === "object" && value !== null && BRAND in value;
}
