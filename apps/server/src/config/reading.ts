import type { Secret } from "../secrets/secret.ts";

/** Takes a sentence about what is wrong. */
export type Report = (sentence: string) => void;

/**
 * Gives a secret that is written down as `name` or kept in a file that `name`File names. Undefined where there is none, or where
 * a sentence about it was reported.
 */
export type ReadSecret = (
  place: string,
  name: string,
  inline: string | undefined,
  file: string | undefined,
) => Promise<Secret | undefined>;

export function withoutFinalSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
