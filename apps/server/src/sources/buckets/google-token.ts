import { sign } from "node:crypto";
import { reachOf } from "../allow-list.ts";
import { readBody } from "../body.ts";
import { broken, notAllowed, type Refusal, tooSlow } from "../refusal.ts";
import type { SourcePolicy } from "../source.ts";
import { headerOf, type Wire, wholeNumber } from "../wire.ts";
import type { ServiceAccount } from "./place.ts";

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";
const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LIFE_SECONDS = 3_600;
/** A token is not used any more so long before its end. */
const MARGIN_MS = 60_000;
const PATIENCE_MS = 10_000;
const LARGEST_ANSWER = 65_536;

interface Token {
  readonly text: string;
  readonly expires: number;
}

/** Tokens of service accounts (RFC 7523): one at a time per account, asked for once however many wait. */
export interface GoogleTokens {
  get(account: ServiceAccount, policy: SourcePolicy, signal: AbortSignal): Promise<string | Refusal>;
  /** The store did not take it: the next request brings a new one. */
  forget(account: ServiceAccount): void;
}

export function createGoogleTokens(wire: Wire, now: () => number = Date.now): GoogleTokens {
  const known = new WeakMap<ServiceAccount, Token>();
  const asked = new WeakMap<ServiceAccount, Promise<Token | Refusal>>();

  async function ask(account: ServiceAccount, policy: SourcePolicy): Promise<Token | Refusal> {
    const url = new URL(account.tokenUrl);
    const reach = reachOf(url, { allow: [url.host], allowPrivate: policy.allowPrivate });
    if (reach === undefined) return notAllowed(`Tokens are not asked for at ${url.host}.`);
    const begun = now();
    const clock = new AbortController();
    const slow = () => clock.abort();
    const late = setTimeout(slow, PATIENCE_MS);
    try {
      const assertion = assertionOf(account, Math.floor(begun / 1_000));
      if (assertion === undefined) return broken("The service account's private key cannot sign.");
      const body = new URLSearchParams({ grant_type: GRANT, assertion }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
      const head = await wire.ask({ url, method: "POST", headers, body }, reach, {
        signal: clock.signal,
        slow,
      });
      if ("kind" in head) return head;
      const size = { maxBytes: LARGEST_ANSWER, announced: wholeNumber(headerOf(head, "content-length")) };
      const answer = await readBody(head.body, size, () => {});
      const said = answer.kind === "whole" ? readAnswer(Buffer.from(answer.bytes).toString()) : {};
      if (head.statusCode === 200 && said.token !== undefined)
        return { text: said.token, expires: begun + (said.seconds ?? LIFE_SECONDS) * 1_000 - MARGIN_MS };
      return broken(`The service account got no token: ${said.fault ?? `status ${head.statusCode}`}.`);
    } catch {
      return clock.signal.aborted ? tooSlow() : broken("The request for a token broke off.");
    } finally {
      clearTimeout(late);
      clock.abort();
    }
  }

  return {
    async get(account, policy, signal) {
      const token = known.get(account);
      if (token && token.expires > now()) return token.text;
      let asking = asked.get(account);
      if (!asking) {
        asking = ask(account, policy).finally(() => asked.delete(account));
        asked.set(account, asking);
      }
      const answer = await Promise.race([asking, ended(signal)]);
      if ("kind" in answer) return answer;
      known.set(account, answer);
      return answer.text;
    },
    forget(account) {
      known.delete(account);
    },
  };
}

/** What the account says of itself, signed; undefined where its key is none. */
function assertionOf(account: ServiceAccount, seconds: number): string | undefined {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = part({ alg: "RS256", typ: "JWT", ...(account.keyId !== undefined && { kid: account.keyId }) });
  const claims = part({
    iss: account.email,
    scope: SCOPE,
    aud: account.tokenUrl,
    iat: seconds,
    exp: seconds + LIFE_SECONDS,
  });
  try {
    const signature = sign("RSA-SHA256", Buffer.from(`${head}.${claims}`), account.privateKey.reveal());
    return `${head}.${claims}.${signature.toString("base64url")}`;
  } catch {
    return undefined;
  }
}

function readAnswer(text: string): { token?: string; seconds?: number; fault?: string } {
  try {
    const { access_token: token, expires_in: seconds, error } = JSON.parse(text);
    return {
      // What goes into a header must not end it.
      ...(typeof token === "string" && /^[\x21-\x7e]{1,8192}$/.test(token) && { token }),
      ...(Number.isFinite(seconds) && { seconds }),
      ...(typeof error === "string" && /^[\w.-]{1,80}$/.test(error) && { fault: error }),
    };
  } catch {
    return {};
  }
}

function ended(signal: AbortSignal): Promise<Refusal> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}
