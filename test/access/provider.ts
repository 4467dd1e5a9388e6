import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installPart } from "../support/part.ts";

/** Whoever the provider knows, by the name that it has for him. */
export interface Person {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

/** A real OpenID provider, which asks nobody for a password. */
export interface Provider {
  readonly issuer: string;
  /** Who sits before the browser, by name. */
  sub: string;
  readonly people: Map<string, Person>;
  stop(): Promise<void>;
}

export const CLIENT = { id: "freshet", secret: "a secret of client and provider" } as const;

/** The part of oidc-provider's own types that is used here: they are not among what the suite installs. */
interface OidcProvider {
  callback(): (request: unknown, response: unknown) => void;
  interactionFinished(request: unknown, response: unknown, result: object): Promise<void>;
  on(event: string, tell: (...said: readonly unknown[]) => void): void;
  readonly Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<string> };
}

/** Starts the provider for one client, to which it leads back at `callback`. */
export async function startProvider(callback: string): Promise<Provider> {
  const part = await installPart(join(import.meta.dirname, "../parts/oidc-provider"));
  const { default: OidcServer } = (await import(
    pathToFileURL(part.require.resolve("oidc-provider")).href
  )) as { default: new (issuer: string, how: object) => OidcProvider };
  const people = new Map<string, Person>();
  const state = { sub: "" };
  let handle: (request: unknown, response: unknown) => void = () => {};
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new OidcServer(issuer, {
    clients: [
      {
        ...{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [callback] },
        ...{ grant_types: ["authorization_code"], response_types: ["code"] },
      },
    ],
    cookies: { keys: ["a key of the provider's own cookies"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    features: { devInteractions: { enabled: false } },
    jwks: {
      keys: [generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({ format: "jwk" })],
    },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    pkce: { required: () => true },
    interactions: { url: (_: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, ...people.get(sub) }),
    }),
    // Nobody is asked whether this client may know: it belongs to the same house.
    async loadExistingGrant({ oidc }: { readonly oidc: GrantContext }) {
      const grant = new provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  handle = (request, response) => {
    const { url = "" } = request as { readonly url?: string };
    if (!url.startsWith("/interaction/")) return answer(request, response);
    void provider.interactionFinished(request, response, { login: { accountId: state.sub } });
  };
  return {
    issuer,
    people,
    get sub() {
      return state.sub;
    },
    set sub(sub) {
      state.sub = sub;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface GrantContext {
  readonly client: { readonly clientId: string };
  readonly session: { readonly accountId: string };
}
