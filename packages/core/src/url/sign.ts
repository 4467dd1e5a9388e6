import { hmacText } from "./proofs.ts";
import { writeSealed } from "./sealed.ts";
import { withoutLeadingSlashes } from "./spelling.ts";
import { readTarget } from "./target.ts";

/** How a delivery URL is signed. */
export interface SignOptions {
  /** The project's salt. */
  readonly salt: string;
  /** `fr_sig` is HMAC-SHA-256; `ci_sign` is Cloudimage's SHA-1. `fr_sig` unless said otherwise. */
  readonly by?: "fr_sig" | "ci_sign";
  /** When the URL ends, in seconds since the epoch; `fr_exp`. */
  readonly expires?: number;
  /** Hex digits of `ci_sign`; all 40 unless said otherwise. `fr_sig` is never cut. */
  readonly length?: number;
}

/**
 * The same delivery URL, signed: nobody without the salt can change anything about it. It comes last, behind `vh` and everything
 * else; an earlier signature must not be in the URL.
 */
export async function signDeliveryUrl(
  url: string,
  { salt, by = "fr_sig", expires, length = 40 }: SignOptions,
): Promise<string> {
  const whole = append(withoutFragment(url), expires === undefined ? "" : `fr_exp=${Math.trunc(expires)}`);
  const target = readTarget(targetOf(whole));
  const text = hmacText(target);
  if (by === "fr_sig") return append(whole, `fr_sig=${base64url(await hmac(salt, text))}`);
  return append(whole, `ci_sign=${hex(await sha1(salt + text)).slice(0, length)}`);
}

/**
 * The same delivery URL with sealed parameters: nobody without the salt can change the original or what the query `sealed` says,
 * but anybody may add other parameters.
 *
 * @example await sealDeliveryUrl("https://img.example/v7/h.example/a.jpg", "w=300&h=200", { salt })
 */
export async function sealDeliveryUrl(
  url: string,
  sealed: string,
  { salt, expires, length = 40 }: Omit<SignOptions, "by">,
): Promise<string> {
  const whole = withoutFragment(url);
  const query = [sealed, expires === undefined ? "" : `fr_exp=${Math.trunc(expires)}`];
  const eqs = writeSealed(query.filter((part) => part !== "").join("&"));
  const original = `/${withoutLeadingSlashes(readTarget(targetOf(whole)).path)}`;
  const seal = hex(await sha1(original + eqs + salt)).slice(0, length);
  return append(append(whole, eqs === "" ? "" : `ci_eqs=${eqs}`), `ci_seal=${seal}`);
}

const withoutFragment = (url: string) => url.split("#", 1)[0] ?? "";

const targetOf = (url: string) => url.replace(/^(?:https?:)?\/\/[^/?]*/i, "");

function append(url: string, item: string): string {
  if (item === "") return url;
  return `${url}${url.includes("?") ? (/[?&]$/.test(url) ? "" : "&") : "?"}${item}`;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function sha1(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-1", bytesOf(text)));
}

async function hmac(salt: string, text: string): Promise<Uint8Array> {
  const hash = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytesOf(salt), hash, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytesOf(text)));
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function base64url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
