import { createHmac, timingSafeEqual } from "node:crypto";
import type { RawRequest } from "@freshet/core";

/** Longest age and largest clock difference of a signed message: five minutes, as Standard Webhooks advises. */
export const SIGNATURE_TOLERANCE_MS = 5 * 60_000;

/** Why a signed message is refused; the same words as `Verification`. */
export type SignatureRefusal = "signature-missing" | "signature-wrong" | "expired" | "malformed";

// No dot: "id.timestamp.body" must be readable in one way only.
const MESSAGE_ID = /^[A-Za-z0-9_-]{1,128}$/;
const TIMESTAMP = /^[1-9][0-9]{0,11}$/;
const MAX_SIGNATURES = 10;

/** The three headers of a message in the form of Standard Webhooks. `at` is milliseconds since the epoch. */
export function signMessage(message: {
  readonly id: string;
  readonly at: number;
  readonly body: string | Uint8Array;
  readonly secret: string;
}): {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
} {
  const timestamp = String(Math.floor(message.at / 1000));
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${hmac(message.secret, message.id, timestamp, message.body)}`,
  };
}

/**
 * Whether the message was signed with one of the secrets within the tolerance: undefined when it was, else why not.
 * The comparison takes the same time wherever a wrong signature differs. `now` is milliseconds since the epoch.
 */
export function refuseMessage(
  request: RawRequest,
  options: { readonly secrets: readonly string[]; readonly now: number },
): SignatureRefusal | undefined {
  const id = request.headers["webhook-id"];
  const timestamp = request.headers["webhook-timestamp"];
  const signatures = request.headers["webhook-signature"];
  if (!id || !timestamp || !signatures) return "signature-missing";
  if (!MESSAGE_ID.test(id) || !TIMESTAMP.test(timestamp)) return "malformed";
  const given = signatures.split(" ");
  if (given.length > MAX_SIGNATURES) return "malformed";
  const expected = options.secrets.map((secret) => `v1,${hmac(secret, id, timestamp, request.body)}`);
  // Text is compared, not decoded bytes: base64 has spare bits, and one message shall have one signature.
  const genuine = given.some((text) => expected.some((right) => equal(text, right)));
  if (!genuine) return "signature-wrong";
  // Only who holds the secret learns that the clock is the trouble.
  return Math.abs(options.now - Number(timestamp) * 1000) > SIGNATURE_TOLERANCE_MS ? "expired" : undefined;
}

function hmac(secret: string, id: string, timestamp: string, body: string | Uint8Array): string {
  return createHmac("sha256", secret).update(`${id}.${timestamp}.`).update(body).digest("base64");
}

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left, "utf8");
  const b = Buffer.from(right, "utf8");
  return a.length === b.length && timingSafeEqual(a, b);
}
