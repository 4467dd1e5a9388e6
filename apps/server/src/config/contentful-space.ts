import { readAllowedHost } from "../sources/allow-list.ts";
import type { ContentfulPlace } from "../sources/contentful.ts";
import { type ReadSecret, type Report, withoutFinalSlash } from "./reading.ts";
import type { ContentfulSection } from "./sections/sources.ts";

const USUAL_HOSTS = ["ctfassets.net"];
const SHORTEST_TOKEN = 16;

/** The space that an alias `ctf:<space>` stands for; undefined where something about it was reported. */
export async function readSpace(
  place: string,
  section: ContentfulSection,
  secretOf: ReadSecret,
  report: Report,
): Promise<ContentfulPlace | undefined> {
  const at = `${place}.contentful`;
  const space = /\.ctf:(.*)$/.exec(place)?.[1];
  // That the alias has another name is reported where names are looked at.
  if (space === undefined) return undefined;
  if (URL.parse(section.connector) === null) {
    report(`${at}.connector is ${JSON.stringify(section.connector)}, which is no address.`);
    return undefined;
  }
  const hosts = section.hosts ?? USUAL_HOSTS;
  const odd = hosts.findIndex((host) => readAllowedHost(host) === undefined);
  if (odd !== -1) {
    report(
      `${at}.hosts[${odd}] is ${JSON.stringify(hosts[odd])}, which is no host; write it like "ctfassets.net".`,
    );
    return undefined;
  }
  if (section.token === undefined && section.tokenFile === undefined) {
    report(`${at} has no token; write token or tokenFile, the same as the connector's resolverTokenFile.`);
    return undefined;
  }
  const token = await secretOf(at, "token", section.token, section.tokenFile);
  if (token === undefined) return undefined;
  if (!/^[\x21-\x7e]+$/.test(token.reveal()) || token.reveal().length < SHORTEST_TOKEN) {
    report(
      `${at}.${section.tokenFile ? "tokenFile" : "token"} holds no token of at least ${SHORTEST_TOKEN} visible characters.`,
    );
    return undefined;
  }
  return { kind: "contentful", space, connector: withoutFinalSlash(section.connector), token, hosts };
}
