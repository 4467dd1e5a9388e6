import { isIP } from "node:net";
import type { Secret } from "../secrets/secret.ts";
import { type ReadSecret, type Report, withoutFinalSlash } from "./reading.ts";
import { CONSOLE_SCHEMA, type ConsoleSection } from "./sections/console.ts";
import { defaultsOf } from "./shape.ts";

type OidcSection = NonNullable<ConsoleSection["oidc"]>;

/** The sign-in of an organisation. */
export interface OidcConfig
  extends Omit<OidcSection, "clientSecret" | "clientSecretFile" | "name" | "scope" | "rights"> {
  readonly clientSecret: Secret | undefined;
  readonly name: string;
  readonly scope: string;
  readonly rights: NonNullable<OidcSection["rights"]>;
}

/** The console, completed. */
export interface ConsoleConfig {
  /** An origin, such as "https://img.example". */
  readonly url: string | undefined;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly proxies: readonly string[];
  readonly idleSeconds: number;
  readonly sessionSeconds: number;
  readonly oidc: OidcConfig | undefined;
}

export async function readConsole(
  section: ConsoleSection | undefined,
  secretOf: ReadSecret,
  report: Report,
): Promise<ConsoleConfig> {
  const { url: written, oidc, proxies = [], idleSeconds, sessionSeconds } = completed(section);
  const url = written === undefined ? undefined : URL.parse(written)?.origin;
  if (written !== undefined && url === undefined)
    report(`console.url is no address; write an origin such as "https://img.example".`);
  for (const each of proxies.filter((one) => !isNetwork(one)))
    report(
      `console.proxies names ${each}; write an address such as "10.0.0.5" or a network such as "10.0.0.0/8".`,
    );
  return {
    ...{ url, proxies, idleSeconds, sessionSeconds },
    oidc: oidc && (await readOidc(oidc, written !== undefined, secretOf, report)),
  };
}

const completed = (section: ConsoleSection | undefined) => ({ ...defaultsOf(CONSOLE_SCHEMA), ...section });

/** Whether it is an address, or an address with the bits of its network. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const most = isIP(address) === 4 ? 32 : 128;
  const isBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return isIP(address) !== 0 && isBits && rest.length === 0;
}

async function readOidc(
  section: OidcSection,
  hasUrl: boolean,
  secretOf: ReadSecret,
  report: Report,
): Promise<OidcConfig> {
  const { clientSecret, clientSecretFile, rights = [], ...rest } = section;
  const { name, scope } = { ...defaultsOf(CONSOLE_SCHEMA.properties.oidc), ...rest };
  const issuer = withoutFinalSlash(rest.issuer);
  if (!hasUrl) report("console.oidc needs console.url, where the provider leads back to.");
  if (!isTrusted(URL.parse(issuer)))
    report("console.oidc.issuer is no https address; only on this machine http will do.");
  if (!scope.split(/\s+/).includes("openid"))
    report('console.oidc.scope lacks "openid"; without it no provider says who signed in.');
  for (const [at, { installation, projects }] of rights.entries()) {
    if (installation === undefined && projects === undefined)
      report(`console.oidc.rights[${at}] gives nothing; write installation or projects.`);
  }
  return {
    // A final slash may be part of the issuer's name: the discovery document has to repeat it.
    ...{ issuer: rest.issuer, clientId: rest.clientId, name, scope, rights },
    clientSecret: await secretOf("console.oidc", "clientSecret", clientSecret, clientSecretFile),
  };
}

function isTrusted(url: URL | null): boolean {
  if (url?.protocol === "https:") return true;
  return url?.protocol === "http:" && isLoopback(url.hostname);
}

/** A name or an address of this machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}
