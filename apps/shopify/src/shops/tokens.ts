import { type Store, sql } from "@freshet/store";
import { RequestedTokenType, type Session, type Shopify } from "@shopify/shopify-api";
import { sentenceOf } from "../errors.ts";
import type { Seal } from "../secrets.ts";
import type { ShopContext } from "./context.ts";

/** The shop has no token that works, and only its people can give another, by opening the app. */
export class TokenMissing extends Error {
  readonly code = "TOKEN_MISSING";
  constructor(shop: ShopContext, options?: ErrorOptions) {
    super(`${shop} has to open the app once, so that it gets access again.`, options);
    this.name = "TokenMissing";
  }
}

/** Access tokens of shops: sealed at rest, refreshed before they end, by one at a time. */
export interface Tokens {
  /** Exchanges a session token that was already checked for an expiring offline token; resolves to the granted scopes. */
  exchange(shop: ShopContext, sessionToken: string): Promise<string>;
  has(shop: ShopContext): Promise<boolean>;
  /** A token with at least five minutes left. Rejects with `TokenMissing` where there is none to be had. */
  access(shop: ShopContext): Promise<string>;
  /** Another token than the one that Shopify refused. */
  renew(shop: ShopContext, refused: string): Promise<string>;
  drop(shop: ShopContext): Promise<void>;
}

interface TokenRow {
  readonly access: string;
  readonly expires_at: number | null;
  readonly refresh: string | null;
  readonly refresh_expires_at: number | null;
}

const SPARE_MS = 5 * 60_000;

export interface TokensOptions {
  readonly store: Store;
  readonly shopify: Shopify;
  readonly seal: Seal;
  /** The shop that gets its tokens by the client credentials grant. */
  readonly ownShop: ShopContext | undefined;
  readonly now: () => number;
}

export function createTokens({ store, shopify, seal, ownShop, now }: TokensOptions): Tokens {
  const { db } = store;
  /** A refresh token is spent by its use, so two that use it at the same time would undo each other. */
  const renewing = new Map<ShopContext, Promise<string>>();

  const load = async (shop: ShopContext) => {
    const { rows } = await sql<TokenRow>`select access, expires_at, refresh, refresh_expires_at
      from shopify_token where shop = ${shop}`.execute(db);
    const [row] = rows;
    return row && { ...row, access: seal.open(row.access, `access ${shop}`) };
  };
  const keep = async (shop: ShopContext, session: Session): Promise<string> => {
    const { accessToken, expires, refreshToken, refreshTokenExpires } = session;
    if (session.shop !== shop || !accessToken)
      throw new Error("Shopify answered with no token of this shop.");
    const refresh = refreshToken ? seal.close(refreshToken, `refresh ${shop}`) : null;
    await sql`insert into shopify_token (shop, access, expires_at, refresh, refresh_expires_at, changed_at)
      values (${shop}, ${seal.close(accessToken, `access ${shop}`)}, ${expires?.getTime() ?? null}, ${refresh},
        ${refreshTokenExpires?.getTime() ?? null}, ${now()})
      on conflict (shop) do update set access = excluded.access, expires_at = excluded.expires_at,
        refresh = excluded.refresh, refresh_expires_at = excluded.refresh_expires_at, changed_at = excluded.changed_at`.execute(
      db,
    );
    return accessToken;
  };
  const drop = async (shop: ShopContext) => {
    await sql`delete from shopify_token where shop = ${shop}`.execute(db);
  };

  const fetchAnew = async (shop: ShopContext, refused: string | undefined): Promise<string> => {
    const row = await load(shop);
    if (row !== undefined && row.access !== refused && isYoung(row)) return row.access;
    if (shop === ownShop) {
      const { session } = await shopify.auth.clientCredentials({ shop });
      return await keep(shop, session);
    }
    if (
      row?.refresh == null ||
      (row.refresh_expires_at !== null && Number(row.refresh_expires_at) <= now())
    ) {
      if (row !== undefined) await drop(shop);
      throw new TokenMissing(shop);
    }
    let session: Session;
    try {
      const refreshToken = seal.open(row.refresh, `refresh ${shop}`);
      ({ session } = await shopify.auth.refreshToken({ shop, refreshToken }));
    } catch (cause) {
      // Refused for good. Anything else passes, and the refresh token with it would be lost.
      if (!isRefusal(cause)) throw new Error(`No token: ${sentenceOf(cause)}`, { cause });
      await drop(shop);
      throw new TokenMissing(shop, { cause });
    }
    return await keep(shop, session);
  };
  const isYoung = (row: TokenRow) => row.expires_at === null || Number(row.expires_at) - now() > SPARE_MS;

  const renewOnce = (shop: ShopContext, refused: string | undefined): Promise<string> => {
    const running = renewing.get(shop);
    if (running !== undefined) return running;
    const renewal = fetchAnew(shop, refused).finally(() => renewing.delete(shop));
    renewing.set(shop, renewal);
    return renewal;
  };

  return {
    async exchange(shop, sessionToken) {
      const { session } = await shopify.auth.tokenExchange({
        shop,
        sessionToken,
        requestedTokenType: RequestedTokenType.OfflineAccessToken,
        expiring: true,
      });
      await keep(shop, session);
      return session.scope ?? "";
    },
    has: async (shop) => (await load(shop)) !== undefined || shop === ownShop,
    async access(shop) {
      const row = await load(shop);
      return row !== undefined && isYoung(row) ? row.access : await renewOnce(shop, undefined);
    },
    renew: renewOnce,
    drop,
  };
}

/** Whether Shopify said that the grant itself is bad, rather than that something is wrong at the moment. */
export function isRefusal(thrown: unknown): boolean {
  const response = thrown instanceof Error && "response" in thrown ? thrown.response : undefined;
  const code = typeof response === "object" && response !== null && "code" in response ? response.code : 0;
  return code === 400 || code === 401 || code === 403;
}
