import { setTimeout as pause } from "node:timers/promises";
import { TryLater } from "@freshet/connector";
import { type AppIdentity, assertionOf, lastUseOf } from "./token.ts";

export interface ExchangeOptions {
  /** Address of the Content Management API, without a slash at the end. */
  readonly url: string;
  readonly identity: AppIdentity;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Requests per second and space; Contentful takes 7 to 10 from everybody together. */
  readonly rate?: number;
}

/** An answer of the API. */
export interface Answer {
  readonly body: unknown;
  /** The API's own clock; milliseconds since the epoch. */
  readonly at: number;
}

/**
 * One GET of the API, `undefined` for 404. Short floods (429) are sat out, an expired token is replaced once; everything else rejects with
 * a sentence, as a `TryLater` where it may pass.
 */
export type Exchange = (place: Place, path: string) => Promise<Answer | undefined>;

/** Where the app is installed. */
export interface Place {
  readonly space: string;
  readonly environment: string;
}

const TIMEOUT_MS = 20_000;
const LARGEST_ANSWER = 20_000_000;
/** Floods are sat out this long; then whoever asked is told to come back. */
const PATIENCE_MS = 15_000;
const USUAL_RATE = 4;

export function createExchange({ url, identity, now, rate = USUAL_RATE }: ExchangeOptions): Exchange {
  const tokens = new Map<string, { readonly text: string; readonly until: number }>();
  const asked = new Map<string, Promise<string>>();
  const turns = new Map<string, number>();

  /** Requests of one space leave at most so often, however many ask. */
  const turn = async (space: string) => {
    const at = Math.max(performance.now(), turns.get(space) ?? 0);
    turns.set(space, at + 1_000 / rate);
    await pause(Math.max(0, at - performance.now()));
  };

  const send = async (space: string, path: string, init: RequestInit): Promise<Response> => {
    const end = now() + PATIENCE_MS;
    for (;;) {
      await turn(space);
      const response = await fetch(`${url}${path}`, {
        ...init,
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((cause: unknown) => {
        throw new TryLater("Contentful's management API cannot be reached.", 0, { cause });
      });
      if (response.status !== 429) return response;
      await response.body?.cancel();
      const wait = restOf(response);
      if (now() + wait > end) {
        throw new TryLater("Contentful's management API asks for fewer requests (429).", wait);
      }
      await pause(wait);
    }
  };

  const newToken = async ({ space, environment }: Place): Promise<string> => {
    const path = `/spaces/${space}/environments/${environment}/app_installations/${identity.app}/access_tokens`;
    const authorization = `Bearer ${assertionOf(identity, now())}`;
    const response = await send(space, path, { method: "POST", headers: { authorization } });
    const body = parse(await textOf(response));
    const token = typeof body === "object" && body !== null && "token" in body ? body.token : undefined;
    if (response.status !== 201 || typeof token !== "string" || !/^[\x21-\x7e]{1,8192}$/.test(token)) {
      throw new TryLater(
        response.status === 404
          ? `The app is not installed in ${environment} of space ${space}.`
          : `Contentful gave the app no token for space ${space} (${response.status}). Is the private key the app's own?`,
        0,
      );
    }
    tokens.set(`${space}/${environment}`, { text: token, until: lastUseOf(token, now()) });
    return token;
  };

  const tokenFor = (place: Place): Promise<string> => {
    const key = `${place.space}/${place.environment}`;
    const known = tokens.get(key);
    if (known !== undefined && known.until > now()) return Promise.resolve(known.text);
    const asking = asked.get(key) ?? newToken(place).finally(() => asked.delete(key));
    asked.set(key, asking);
    return asking;
  };

  return async (place, path) => {
    for (let attempt = 1; ; attempt += 1) {
      const token = await tokenFor(place);
      const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
      const response = await send(place.space, path, { headers });
      const at = Date.parse(response.headers.get("date") ?? "");
      const text = await textOf(response);
      if (response.status === 401 && attempt === 1) {
        // It may have been taken back before its time.
        tokens.delete(`${place.space}/${place.environment}`);
        continue;
      }
      if (response.status === 404) return undefined;
      if (response.status !== 200) {
        throw new TryLater(`Contentful's management API answered ${response.status}.`, restOf(response, 0));
      }
      const body = parse(text);
      if (body === undefined) throw new TryLater("Contentful's management API did not answer JSON.", 0);
      return { body, at: Number.isFinite(at) ? at : now() };
    }
  };
}

/** Milliseconds that an answer asks to wait. */
function restOf({ headers }: Response, usual = 1_000): number {
  const seconds = Number(
    headers.get("x-contentful-ratelimit-reset") ?? headers.get("retry-after") ?? Number.NaN,
  );
  return Number.isFinite(seconds) && seconds >= 0 ? Math.max(100, seconds * 1_000) : usual;
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.byteLength;
      if (length > LARGEST_ANSWER) throw new Error("more than 20 MB");
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new TryLater("Contentful's management API broke off its answer.", 0, { cause });
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
