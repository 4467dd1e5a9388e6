import { createHmac, timingSafeEqual } from "node:crypto";
import { isLoose } from "../admin/read.ts";
import { type ShopContext, shopContext } from "../shops/context.ts";

/** A frame that is reloaded by itself asks with the token it was opened with. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * The shop of a session token that Shopify once signed for this app, and that may be too old now; undefined for any other. It opens
 * nothing: it only says who may frame the document that gets a new token.
 */
export function formerShopOf(
  token: string,
  app: { readonly clientId: string; readonly clientSecret: string },
  now: number,
): ShopContext | undefined {
  const [head = "", body = "", signature = "", ...rest] = token.split(".");
  if (rest.length > 0 || token.length > 4_096) return undefined;
  const right = createHmac("sha256", app.clientSecret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.byteLength !== right.byteLength || !timingSafeEqual(given, right)) return undefined;
  const { aud, dest, iss, exp } = readClaims(body);
  const shop = typeof dest === "string" ? shopContext(dest.replace(/^https:\/\//, "")) : undefined;
  const isOurs = aud === app.clientId && shop !== undefined && iss === `https://${shop}/admin`;
  const isRecent = typeof exp === "number" && now - exp * 1_000 < LONGEST_MS;
  return isOurs && isRecent ? shop : undefined;
}

function readClaims(body: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString());
    return isLoose(claims) ? claims : {};
  } catch {
    return {};
  }
}
