import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { LocalShop } from "./shop.ts";

/** Client id and secret of the one app of this Shopify. */
export interface AppKeys {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Grant {
  readonly shop: LocalShop;
  readonly refresh: string;
  /** The refresh token before it; good until the new one is used. */
  readonly former: string | undefined;
  expiresAt: number;
}

/** Who may enter which shop. */
export interface TokenEndpoint {
  answer(
    shop: LocalShop,
    body: Readonly<Record<string, unknown>>,
  ): { readonly status: number; readonly body: unknown };
  mayEnter(shop: LocalShop, token: string): boolean;
  /** Access tokens of the shop work no longer; with `all` its refresh tokens neither. */
  revoke(shop: LocalShop, all: boolean): void;
  /** Grants that were given, by kind, in order. */
  readonly given: string[];
  /** Most grants of one kind for one shop that were under way at the same time. */
  mostAtOnce: number;
  /** Seconds that an access token lives. */
  lifetimeS: number;
  /** Milliseconds that a grant takes. */
  delayMs: number;
  /** A token as App Bridge has one. */
  sessionToken(shop: string, change?: SessionClaims): string;
}

/** What a forger may want to change about a session token. */
export interface SessionClaims {
  readonly secret?: string;
  readonly algorithm?: string;
  readonly aud?: string;
  readonly iss?: string;
  readonly dest?: string;
  /** Seconds from now. */
  readonly exp?: number;
  readonly nbf?: number;
}

const REFRESH_S = 90 * 86_400;

export function createTokenEndpoint(keys: AppKeys, now: () => number): TokenEndpoint {
  const access = new Map<string, Grant>();
  const grant = (shop: LocalShop, kind: string, former?: string) => {
    const token = `shpat_${randomBytes(16).toString("hex")}`;
    const refresh = `shprt_${randomBytes(16).toString("hex")}`;
    access.set(token, { shop, refresh, former, expiresAt: now() + endpoint.lifetimeS * 1_000 });
    endpoint.given.push(kind);
    const expiring = {
      expires_in: endpoint.lifetimeS,
      refresh_token: refresh,
      refresh_token_expires_in: REFRESH_S,
    };
    return {
      status: 200,
      body: {
        access_token: token,
        scope: "read_products,read_files",
        ...(kind === "client_credentials" ? { expires_in: endpoint.lifetimeS } : expiring),
      },
    };
  };
  const no = (error: string) => ({ status: 400, body: { error, error_description: error } });

  const endpoint: TokenEndpoint = {
    given: [],
    mostAtOnce: 0,
    lifetimeS: 3_600,
    delayMs: 0,
    answer(shop, body) {
      if (body.client_id !== keys.clientId || body.client_secret !== keys.clientSecret)
        return { status: 401, body: { error: "invalid_client" } };
      switch (body.grant_type) {
        case "client_credentials":
          shop.isInstalled = true;
          return grant(shop, "client_credentials");
        case "urn:ietf:params:oauth:grant-type:token-exchange": {
          const dest = readToken(String(body.subject_token), keys.clientSecret, now());
          if (dest !== `https://${shop.domain}`) return no("invalid_subject_token");
          // Non-expiring offline tokens are refused to new public apps.
          if (body.expiring !== "1") return no("invalid_request");
          shop.isInstalled = true;
          return grant(shop, "token-exchange");
        }
        case "refresh_token": {
          const given = String(body.refresh_token);
          const found = [...access].find(
            ([, each]) => each.shop === shop && (each.refresh === given || each.former === given),
          );
          if (found === undefined) return no("invalid_grant");
          access.delete(found[0]);
          return grant(shop, "refresh_token", given);
        }
        default:
          return no("unsupported_grant_type");
      }
    },
    mayEnter(shop, token) {
      const found = access.get(token);
      return found !== undefined && found.shop === shop && shop.isInstalled && found.expiresAt > now();
    },
    revoke(shop, all) {
      for (const [token, each] of access) {
        if (each.shop !== shop) continue;
        if (all) access.delete(token);
        else each.expiresAt = 0;
      }
    },
    sessionToken(shop, change = {}) {
      const seconds = Math.floor(now() / 1_000);
      const claims = {
        iss: change.iss ?? `https://${shop}/admin`,
        dest: change.dest ?? `https://${shop}`,
        aud: change.aud ?? keys.clientId,
        sub: "1",
        exp: seconds + (change.exp ?? 60),
        nbf: seconds + (change.nbf ?? 0),
        iat: seconds,
        jti: randomBytes(8).toString("hex"),
        sid: randomBytes(8).toString("hex"),
      };
      const { algorithm = "HS256" } = change;
      const text = [{ alg: algorithm, typ: "JWT" }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      return `${text}.${algorithm === "none" ? "" : sign(text, change.secret ?? keys.clientSecret)}`;
    },
  };
  return endpoint;
}

const sign = (text: string, secret: string) => createHmac("sha256", secret).update(text).digest("base64url");

/** `dest` of a session token of this app that is good now. */
function readToken(token: string, secret: string, now: number): string | undefined {
  const [head = "", body = "", signature = ""] = token.split(".");
  const right = Buffer.from(sign(`${head}.${body}`, secret));
  const given = Buffer.from(signature);
  if (right.byteLength !== given.byteLength || !timingSafeEqual(right, given)) return undefined;
  const { dest, exp } = JSON.parse(Buffer.from(body, "base64url").toString()) as {
    dest: string;
    exp: number;
  };
  return exp * 1_000 > now ? dest : undefined;
}
