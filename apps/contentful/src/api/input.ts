import { ApiError } from "../errors.ts";
import { isId } from "../event.ts";

type Body = Readonly<Record<string, unknown>>;

/** Assets that one call may name. */
const MOST_ASSETS = 100;
const MOST_LINES = 200;

/** @throws ApiError REQUEST_MALFORMED for a key that is none of these. */
export function only(body: Body, ...keys: readonly string[]): void {
  const unknown = Object.keys(body).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw new ApiError(
      "REQUEST_MALFORMED",
      `${unknown.slice(0, 40)} is unknown; it takes ${keys.join(", ")}.`,
    );
}

/** The ids under `assets`, each once. @throws ApiError REQUEST_MALFORMED. */
export function assetsOf(body: Body): readonly string[] {
  const { assets } = body;
  if (Array.isArray(assets) && assets.length > 0 && assets.length <= MOST_ASSETS && assets.every(isId))
    return [...new Set(assets)];
  throw new ApiError("REQUEST_MALFORMED", `assets is a list of 1 to ${MOST_ASSETS} ids.`);
}

/** A text among these, or undefined where nothing was sent. @throws ApiError REQUEST_MALFORMED. */
export function optionOf<Word extends string>(
  body: Body,
  key: string,
  words: readonly Word[],
): Word | undefined {
  if (body[key] === undefined) return undefined;
  const word = words.find((each) => each === body[key]);
  if (word === undefined) throw new ApiError("REQUEST_MALFORMED", `${key} is one of ${words.join(", ")}.`);
  return word;
}

/** @throws ApiError REQUEST_MALFORMED. */
export function limitOf({ limit = 50 }: Body): number {
  if (Number.isSafeInteger(limit) && (limit as number) >= 1 && (limit as number) <= MOST_LINES)
    return limit as number;
  throw new ApiError("REQUEST_MALFORMED", `limit is a number from 1 to ${MOST_LINES}.`);
}

/** An id under this key, or undefined where nothing was sent. @throws ApiError REQUEST_MALFORMED. */
export function idOf(body: Body, key: string): string | undefined {
  const value = body[key];
  if (value === undefined || isId(value)) return value;
  throw new ApiError("REQUEST_MALFORMED", `${key} is no id.`);
}

/** A time in ISO 8601 under this key as milliseconds, or undefined where nothing was sent. @throws ApiError REQUEST_MALFORMED. */
export function timeOf(body: Body, key: string): number | undefined {
  const value = body[key];
  if (value === undefined) return undefined;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new ApiError("REQUEST_MALFORMED", `${key} is no time such as 2026-11-28T10:00:00.000Z.`);
}
