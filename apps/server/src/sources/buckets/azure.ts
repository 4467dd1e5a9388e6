import { createHmac } from "node:crypto";
import type { Dressed, Headers } from "../http.ts";
import type { AzurePlace } from "./place.ts";

const VERSION = "2023-11-03";

/** Headers that take part in a signature though they are no `x-ms-` ones, in this order. */
const SIGNED = [
  ["content-encoding", "content-language", "content-length", "content-md5", "content-type", "date"],
  ["if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"],
].flat();

/**
 * Opens a request of Azure Blob Storage: signed with the account's key (Shared Key), with the shared access signature in the query,
 * or with nothing where everybody may read.
 */
export function dressForAzure(
  { account, credentials }: AzurePlace,
  url: URL,
  headers: Headers,
  now: number,
): Dressed {
  const versioned = { "x-ms-version": VERSION };
  if (!credentials) return { headers: versioned };
  if ("sas" in credentials) return { headers: versioned, query: credentials.sas.reveal() };
  const own = { "x-ms-date": new Date(now).toUTCString(), ...versioned };
  const text = [
    "GET",
    ...SIGNED.map((name) => headers[name] ?? ""),
    ...Object.entries(own).map(([name, value]) => `${name}:${value}`),
    `/${account}${url.pathname}`,
  ].join("\n");
  const key = Buffer.from(credentials.accountKey.reveal(), "base64");
  const signature = createHmac("sha256", key).update(text).digest("base64");
  return { headers: { ...own, authorization: `SharedKey ${account}:${signature}` } };
}
