import { createHash } from "node:crypto";
import { readImageUrl } from "./identity.ts";

/** Reads an image of a shop from Shopify and answers the hex SHA-256 of its bytes; rejects when it cannot be read whole. */
export type ReadDigest = (url: string) => Promise<string>;

const TIMEOUT_MS = 30_000;
const LARGEST = 50_000_000;

/** Only what reads as an image of a shop is fetched, over https; over http on this machine where Shopify is a local one. */
export function createReadDigest(isLocal: boolean, send: typeof fetch = fetch): ReadDigest {
  return async (url) => {
    const place = readImageUrl(url);
    const { protocol, hostname } = new URL(url);
    const isAllowed = isLocal
      ? /^127(\.\d{1,3}){3}$/.test(hostname)
      : protocol === "https:" && hostname === "cdn.shopify.com";
    if (place === undefined || !isAllowed) throw new Error(`${hostname} is not where Shopify keeps images.`);
    const response = await send(url, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`Shopify answered ${response.status} for ${place.path}.`);
    }
    const hash = createHash("sha256");
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.byteLength;
      if (length > LARGEST) throw new Error(`${place.path} has more than ${LARGEST / 1e6} MB.`);
      hash.update(chunk);
    }
    return hash.digest("hex");
  };
}
