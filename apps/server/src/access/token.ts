import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** A new secret, what it is looked up by, and what is kept of it. */
export interface MadeToken {
  readonly id: string;
  /** `<prefix>_<id>_<256 random bits>`; shown or sent once, kept nowhere. */
  readonly token: string;
  /** Hex SHA-256 of the whole token: with 256 random bits a slow hash would add nothing. */
  readonly hash: string;
}

export function makeToken(prefix: string): MadeToken {
  const id = randomBytes(6).toString("hex");
  const token = `${prefix}_${id}_${randomBytes(32).toString("base64url")}`;
  return { id, token, hash: hashOfToken(token) };
}

export const hashOfToken = (token: string): string => hash("sha256", token);

/** The id in a token of this prefix; undefined for any other text. */
export function idOfToken(prefix: string, token: string): string | undefined {
  const [, kind, id] = /^([a-z]+)_([0-9a-f]{12})_[\w-]{43}$/.exec(token) ?? [];
  return kind === prefix ? id : undefined;
}

/** Whether the token is the one whose hash this is. */
export function isToken(token: string, kept: string): boolean {
  return timingSafeEqual(Buffer.from(hashOfToken(token), "hex"), Buffer.from(kept, "hex"));
}
