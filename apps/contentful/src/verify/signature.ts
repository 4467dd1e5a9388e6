import { createHmac, timingSafeEqual } from "node:crypto";
import { escape as escapeQuery } from "node:querystring";
import type { RawRequest, Verification } from "@freshet/core";

/** Longest age of a signed request. The 30 s of Contentful's own verifier are less than clocks differ. */
export const OLDEST_MS = 5 * 60_000;
/** Furthest future of one: clocks differ, but nothing is signed ahead. */
export const AHEAD_MS = 60_000;

const SIGNATURE = "x-contentful-signature";
const SIGNED_HEADERS = "x-contentful-signed-headers";
const TIMESTAMP = "x-contentful-timestamp";

/** What a genuine request is trusted with: its bytes, and those headers that the signature covers. */
export interface Genuine {
  readonly ok: true;
  /** Lower-case names; nothing that is missing here was signed. */
  readonly signed: ReadonlyMap<string, string>;
  readonly signature: string;
  /** When it was signed; milliseconds since the epoch. */
  readonly at: number;
}

export interface SignatureOptions {
  /** Any of them will do: two while one takes the other's place. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What a proxy took off the beginning of the path, such as "/cms". */
  readonly prefix?: string;
}

type Refused = Extract<Verification, { ok: false }>;

const HEX = /^[0-9a-f]{64}$/;
const NAMES = /^[a-z0-9-]{1,100}(?:,[a-z0-9-]{1,100}){1,63}$/;
const MILLISECONDS = /^[1-9][0-9]{0,15}$/;
/** What fastify's answers to a request never carry, and what no signature of Contentful's is without. */
const NEEDED = [SIGNED_HEADERS, TIMESTAMP];

/**
 * Verifies a request of Contentful: one algorithm for webhooks, app events, actions and signed calls of the front end. Beyond
 * what Contentful's own verifier does, a time in the future is refused, and everything malformed is a refusal and no exception.
 */
export function checkSignature(request: RawRequest, options: SignatureOptions): Genuine | Refused {
  const { headers } = request;
  const signature = headers[SIGNATURE];
  const list = headers[SIGNED_HEADERS];
  const timestamp = headers[TIMESTAMP]?.trim();
  if (!signature || !list || !timestamp) return { ok: false, reason: "signature-missing" };
  if (!HEX.test(signature) || !NAMES.test(list) || !MILLISECONDS.test(timestamp)) return malformed;
  const names = list.split(",");
  if (new Set(names).size !== names.length || names.includes(SIGNATURE)) return malformed;
  if (NEEDED.some((name) => !names.includes(name))) return malformed;
  const signed = new Map<string, string>();
  for (const name of names.toSorted()) {
    const value = headers[name];
    if (value === undefined) return malformed;
    signed.set(name, value.trim());
  }
  const head = headOf(request, signed, options.prefix ?? "");
  const isGenuine = options.secrets.some((secret) =>
    // Node reads headers as Latin-1; who signed them may have written UTF-8.
    (["utf8", "latin1"] as const).some((encoding) => {
      const right = createHmac("sha256", secret).update(Buffer.from(head, encoding)).update(request.body);
      return timingSafeEqual(right.digest(), Buffer.from(signature, "hex"));
    }),
  );
  if (!isGenuine) return { ok: false, reason: "signature-wrong" };
  // Only who holds the secret learns that the clock is the trouble.
  const at = Number(timestamp);
  const age = options.now - at;
  if (age > OLDEST_MS || age < -AHEAD_MS) return { ok: false, reason: "expired" };
  return { ok: true, signed, signature, at };
}

const malformed: Refused = { ok: false, reason: "malformed" };

function headOf({ method, path }: RawRequest, signed: ReadonlyMap<string, string>, prefix: string): string {
  const lines = [...signed].map(([name, value]) => `${name}:${value}`).join(";");
  return `${method ?? "POST"}\n${signedPath(prefix + (path ?? "/"))}\n${lines}\n`;
}

/** As Contentful's toolkit spells it: a query is escaped as a whole, and then once more. */
function signedPath(path: string): string {
  const [pathname = "", search] = path.split("?");
  const text = search ? `${pathname}?${escapeQuery(search)}` : pathname;
  try {
    return encodeURI(text);
  } catch {
    return text;
  }
}
