import type { LoggedEvent, LogPlace } from "./inbox.ts";

const LONGEST = 2_000;

/** Where the page behind this line begins, as one opaque word. */
export function writeLogCursor({ received_at, site, event }: LoggedEvent): string {
  return Buffer.from(JSON.stringify([Date.parse(received_at), site, event])).toString("base64url");
}

/** Undefined for what no page gave. */
export function readLogCursor(cursor: string): LogPlace | undefined {
  if (cursor.length > LONGEST) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(read) || read.length !== 3) return undefined;
    const [receivedAt, site, event] = read as readonly unknown[];
    const isPlace = Number.isSafeInteger(receivedAt) && typeof site === "string" && typeof event === "string";
    return isPlace ? { receivedAt: receivedAt as number, site, event } : undefined;
  } catch {
    return undefined;
  }
}
