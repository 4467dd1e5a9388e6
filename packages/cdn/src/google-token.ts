import { createSign } from "node:crypto";
import type { Ask } from "./ask.ts";
import { CdnError } from "./errors.ts";
import { LIFE_SECONDS, type Token, tokenOf } from "./tokens.ts";

const SCOPE = "https://www.googleapis.com/auth/compute";
const TOKENS = "https://oauth2.googleapis.com/token";
const METADATA = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";

interface ServiceAccount {
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
  readonly token_uri?: string;
}

/**
 * An access token: for a service account's key by a signed assertion (RFC 7523), without a key from the machine's metadata server, as
 * Google's own libraries do it.
 *
 * @throws CdnError NODE_DENIED for a key that is none.
 */
export async function fetchGoogleToken(
  name: string,
  key: string | undefined,
  ask: Ask,
  signal: AbortSignal,
): Promise<Token> {
  const now = Date.now();
  const asked = key === undefined ? undefined : assertion(name, key, now);
  const { json } = await ask(
    asked
      ? {
          method: "POST",
          url: asked.url,
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
          body: `${new URLSearchParams({
            grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
            assertion: asked.jwt,
          })}`,
        }
      : { method: "GET", url: METADATA, headers: { "Metadata-Flavor": "Google" } },
    signal,
  ).catch((error: unknown) => {
    // An assertion that is not taken is answered by 400.
    const isRefused = error instanceof CdnError && error.code === "PURGE_REFUSED";
    throw isRefused ? new CdnError("NODE_DENIED", name, "no access token for the key") : error;
  });
  return tokenOf(name, json, now);
}

function assertion(name: string, key: string, now: number): { readonly url: string; readonly jwt: string } {
  const account = readAccount(key);
  if (!account) throw new CdnError("NODE_DENIED", name, "the key is no key of a service account");
  const {
    client_email: iss,
    private_key: privateKey,
    private_key_id: kid,
    token_uri: url = TOKENS,
  } = account;
  const iat = Math.floor(now / 1_000);
  const head = encode({ alg: "RS256", typ: "JWT", ...(kid === undefined ? {} : { kid }) });
  const claims = encode({ iss, scope: SCOPE, aud: url, iat, exp: iat + LIFE_SECONDS });
  const signed = createSign("RSA-SHA256").update(`${head}.${claims}`).sign(privateKey, "base64url");
  return { url, jwt: `${head}.${claims}.${signed}` };
}

function readAccount(key: string): ServiceAccount | undefined {
  try {
    const account = JSON.parse(key);
    const texts = [account.client_email, account.private_key];
    return texts.every((text) => typeof text === "string") ? account : undefined;
  } catch {
    return undefined;
  }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
