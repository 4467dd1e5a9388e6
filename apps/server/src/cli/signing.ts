import { readQuery } from "@freshet/core";
import type { Call, OptionSpec } from "./command.ts";
import { usage } from "./exits.ts";
import { readTime } from "./time.ts";

// What url sign and url seal have in common.

export const EXPIRES_OPTION = {
  expires: {
    value: "time",
    summary: "When it ends: a time such as 2030-01-31T12:00:00Z, or a span such as 30d.",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const LENGTH_OPTION = {
  length: { value: "digits", summary: "Hex digits of ci_sign and ci_seal, 6 to 40. Default: 40." },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export function expiresOf({ option }: Call): { readonly expires?: number } {
  const text = option("expires");
  return text === undefined ? {} : { expires: Math.floor(readTime("--expires", text).getTime() / 1_000) };
}

export function lengthOf({ option }: Call): { readonly length?: number } {
  const text = option("length");
  if (text === undefined) return {};
  const length = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (length >= 6 && length <= 40) return { length };
  throw usage("--length is a whole number from 6 to 40.");
}

/**
 * The URL to sign, whole or its path and query.
 * @throws CliError USAGE where it is signed already: two signatures make a URL that nobody takes.
 */
export function urlWithout(text: string, names: readonly string[]): string {
  const url = text.toWellFormed();
  if (!/^(https?:\/\/[^/?#]+)?\//i.test(url))
    throw usage("Write the delivery URL whole, or its path and query beginning with a slash.");
  const query = url.split("#", 1)[0]?.split("?").slice(1).join("?") ?? "";
  const found = readQuery(query).find(({ name }) => names.includes(name));
  if (found) throw usage(`The URL has ${found.name} already; sign it as it was before.`);
  return url;
}
