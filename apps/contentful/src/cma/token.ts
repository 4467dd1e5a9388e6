import { createPrivateKey, type KeyObject, sign } from "node:crypto";

/** What proves to Contentful that a request comes from this app. */
export interface AppIdentity {
  /** Id of the app definition. */
  readonly app: string;
  readonly key: KeyObject;
}

/** A JWT of the app, good for this long; Contentful takes none that is good for longer than 10 min. */
const LIFE_SECONDS = 300;
/** A token is not used any more so long before its end. */
const MARGIN_MS = 30_000;
/** How long a token is used that does not say when it ends. */
const UNKNOWN_LIFE_MS = 5 * 60_000;

/** Reads the app's private key (PEM, RSA); undefined for anything else. */
export function readPrivateKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "rsa" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** What the app says of itself, signed (RS256). `now` is milliseconds since the epoch. */
export function assertionOf({ app, key }: AppIdentity, now: number): string {
  const seconds = Math.floor(now / 1_000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: app, iat: seconds, exp: seconds + LIFE_SECONDS };
  const text = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`;
}

/** Until when a management token may be used, by what it says of itself. */
export function lastUseOf(token: string, now: number): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const { exp } = claims as { readonly exp?: unknown };
    if (typeof exp === "number" && Number.isFinite(exp)) return exp * 1_000 - MARGIN_MS;
  } catch {
    // Tokens are opaque; only some say when they end.
  }
  return now + UNKNOWN_LIFE_MS;
}
