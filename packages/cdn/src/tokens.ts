import { field } from "./ask.ts";
import { CdnError, isCdnError } from "./errors.ts";

/** A token and when it ends, in milliseconds since the epoch. */
export interface Token {
  readonly text: string;
  readonly until: number;
}

/** A minute before its end a token counts as over: it must last as long as the request does. */
const SPARE_MS = 60_000;
/** Of a token that does not say how long it lives. */
export const LIFE_SECONDS = 3_600;

/**
 * Runs a request with a token that is fetched when there is none and kept until it ends, once however many ask. A token that is refused
 * although it was kept may have been taken back: the request is made once more with a new one.
 */
export function createTokens(fetchToken: (signal: AbortSignal) => Promise<Token>) {
  let kept: Token | undefined;
  return {
    /** What has to stay out of messages. */
    secrets: (): readonly string[] => (kept ? [kept.text] : []),
    async run<T>(request: (token: string) => Promise<T>, signal: AbortSignal): Promise<T> {
      const before = kept && kept.until - SPARE_MS > Date.now() ? kept : undefined;
      if (before) {
        try {
          return await request(before.text);
        } catch (error) {
          if (!isCdnError(error) || error.code !== "NODE_DENIED") throw error;
        }
      }
      kept = await fetchToken(signal);
      return request(kept.text);
    },
  };
}

/** What an OAuth 2 token endpoint answers. */
export function tokenOf(name: string, json: unknown, now: number): Token {
  const text = field(json, "access_token");
  const seconds = Number(field(json, "expires_in"));
  if (typeof text !== "string" || text === "")
    throw new CdnError("NODE_BROKEN", name, "the answer has no access token");
  return { text, until: now + (Number.isFinite(seconds) ? seconds : LIFE_SECONDS) * 1_000 };
}
