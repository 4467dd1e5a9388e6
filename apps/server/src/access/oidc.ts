import type { Configuration } from "openid-client";
import { isLoopback, type OidcConfig } from "../config/console.ts";
import { isServerError, ServerError } from "../errors.ts";
import type { SecretBox } from "../projects/sealed.ts";
import type { Claims } from "./oidc-rights.ts";

/** Seconds that a provider may take for an answer. */
const TIMEOUT_S = 10;
/** Milliseconds after which the provider is asked anew what it can do. */
const DISCOVERED_MS = 3_600_000;
/** Milliseconds that somebody has to sign in at the provider. */
const BEGUN_MS = 600_000;
const PLACE = "oidc";

/** Whom a provider has let in. */
export interface Identity {
  /** Issuer, a space, and the provider's own name of the user. */
  readonly subject: string;
  readonly claims: Claims;
}

/** What has to come back with the user; it waits, sealed, in the browser. */
interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  /** Id of the session that the browser had, which the new one takes the place of. */
  readonly session?: string | undefined;
  readonly until: number;
}

/** Sign-in at a provider: authorization code with PKCE, state and nonce (RFC 9700, sections 2.1.1 and 4.7). */
export interface Oidc {
  /**
   * Where to send the browser, and what it has to keep until it comes back.
   * @throws ServerError OIDC_AWAY.
   */
  begin(
    from: Pick<Begun, "returnTo" | "session">,
  ): Promise<{ readonly location: string; readonly kept: string }>;
  /** What the browser kept. @throws ServerError OIDC_REFUSED where it is none, or too old. */
  open(kept: string | undefined): Begun;
  /**
   * Whom the provider let in, from the address that the browser came back to and what it kept.
   * @throws ServerError OIDC_REFUSED, OIDC_AWAY.
   */
  finish(query: string, begun: Begun): Promise<Identity>;
}

export const OIDC_CALLBACK = "/access/oidc/callback";
export const OIDC_KEPT_SECONDS = BEGUN_MS / 1_000;

export function createOidc(parts: {
  readonly config: OidcConfig;
  /** Origin of the console. */
  readonly url: string;
  readonly box: Pick<SecretBox, "seal" | "open">;
  readonly now: () => number;
}): Oidc {
  const { config, url, box, now } = parts;
  const discovered = createDiscovery(config, now);
  const callback = new URL(OIDC_CALLBACK, url);
  return {
    async begin({ returnTo, session }) {
      const client = await import("openid-client");
      const provider = await discovered();
      const verifier = client.randomPKCECodeVerifier();
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const location = client.buildAuthorizationUrl(provider, {
        redirect_uri: callback.href,
        scope: config.scope,
        ...{ state, nonce, code_challenge_method: "S256" },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
      });
      const begun: Begun = { state, nonce, verifier, returnTo, session, until: now() + BEGUN_MS };
      return { location: location.href, kept: box.seal(JSON.stringify(begun), PLACE) };
    },
    open: (kept) => openBegun(box, kept, now()),
    async finish(query, begun) {
      const client = await import("openid-client");
      const provider = await discovered();
      const current = new URL(callback);
      current.search = query;
      try {
        const tokens = await client.authorizationCodeGrant(provider, current, {
          pkceCodeVerifier: begun.verifier,
          ...{ expectedState: begun.state, expectedNonce: begun.nonce, idTokenExpected: true },
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new ServerError("OIDC_REFUSED", "It does not say who signed in.");
        // Many providers say in the token who it is and elsewhere what he is called and belongs to.
        const { userinfo_endpoint: more } = provider.serverMetadata();
        const said = more && (await client.fetchUserInfo(provider, tokens.access_token, claims.sub));
        return { subject: `${claims.iss} ${claims.sub}`, claims: { ...said, ...claims } };
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

function openBegun(box: Pick<SecretBox, "open">, kept: string | undefined, now: number): Begun {
  const refusal = new ServerError("OIDC_REFUSED", "It was begun in another browser, or too long ago.");
  try {
    const begun: Begun = JSON.parse(box.open(kept ?? "", PLACE));
    if (begun.until > now) return begun;
  } catch {
    throw refusal;
  }
  throw refusal;
}

/** What the provider says of itself, asked for when it is first needed and from time to time. */
function createDiscovery(config: OidcConfig, now: () => number): () => Promise<Configuration> {
  let last: { readonly at: number; readonly provider: Promise<Configuration> } | undefined;
  return async () => {
    if (last === undefined || now() - last.at > DISCOVERED_MS) {
      const asked = { at: now(), provider: discover(config) };
      last = asked;
      asked.provider.catch(() => {
        if (last === asked) last = undefined;
      });
    }
    try {
      return await last.provider;
    } catch (error) {
      throw new ServerError("OIDC_AWAY", undefined, { cause: error });
    }
  };
}

async function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<Configuration> {
  const client = await import("openid-client");
  const address = new URL(issuer);
  const isPlain = address.protocol === "http:" && isLoopback(address.hostname);
  const options = { timeout: TIMEOUT_S, execute: isPlain ? [client.allowInsecureRequests] : [] };
  const secret = clientSecret?.reveal();
  if (secret === undefined) return client.discovery(address, clientId, undefined, client.None(), options);
  const provider = await client.discovery(
    address,
    clientId,
    secret,
    client.ClientSecretPost(secret),
    options,
  );
  const ways = provider.serverMetadata().token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  if (ways.includes("client_secret_post")) return provider;
  return client.discovery(address, clientId, secret, client.ClientSecretBasic(secret), options);
}

/** A provider that says no, or of which what came back is not what was begun, refuses; everything else may pass by itself. */
function failureOf(error: unknown): ServerError {
  if (isServerError(error)) return error;
  const { code, error: said } = error as { readonly code?: unknown; readonly error?: unknown };
  const isRefusal =
    typeof said === "string" || (typeof code === "string" && REFUSALS.some((each) => code.includes(each)));
  return new ServerError(isRefusal ? "OIDC_REFUSED" : "OIDC_AWAY", undefined, { cause: error });
}

/** Codes of the client for answers that are not the ones that were asked for. */
const REFUSALS = ["INVALID_RESPONSE", "JWT", "AUTHORIZATION_RESPONSE", "UNEXPECTED_STATE"];
