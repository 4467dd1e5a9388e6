import { resolveBeginning } from "@freshet/core";
import { ServerError } from "../errors.ts";
import { readAllowedHost } from "../sources/allow-list.ts";
import { headersFor, type OriginHeaders, type Visitor } from "../sources/origin-headers.ts";
import type { Dress } from "../sources/source.ts";
import { type BasicAuth, ORIGIN_DEFAULTS, type Project } from "./project.ts";

/** An alias that wants a password: what the names of its originals begin with, and the scheme that was written. */
interface Guarded {
  readonly name: string;
  readonly scheme: string;
  readonly auth: BasicAuth;
}

/** A slash, backslash or dot that some servers read and others do not: escaped, or longer than UTF-8 allows. */
const HIDDEN_STEP = /%(2f|5c|c0%a[ef]|c1%9c|e0%80%a[ef]|e0%81%9c|f0%80%80%a[ef])/i;

const GUARDED = new WeakMap<Project, readonly Guarded[]>();

/** What an original's origin is trusted with. */
export interface Trust extends Pick<OriginHeaders, "variation" | "isForOne"> {
  /** Where it may be asked for. */
  readonly urls: readonly string[];
  readonly dress: Dress | undefined;
}

/**
 * What the origin of an original is sent. It follows from the name alone, so that one original is read in one way whichever way it
 * is written: below an alias with a password by the alias's own scheme and with the password.
 * @throws ServerError ORIGINAL_NOT_NAMED for an escaped slash below such an alias: some servers take it for a way out of the folder.
 */
export function trustIn(project: Project, name: string, urls: readonly string[], visitor: Visitor): Trust {
  const guarded = guardedOf(project).find((each) => name.startsWith(each.name));
  if (guarded && HIDDEN_STEP.test(name)) throw new ServerError("ORIGINAL_NOT_NAMED", "path");
  const asked = guarded ? [`${guarded.scheme}//${name}`] : urls;
  const { headers } = project.origins ?? ORIGIN_DEFAULTS;
  const told =
    headers.length === 0 ? [] : [`https://${name}`, `http://${name}`].filter((url) => isTold(project, url));
  if (told.length === 0) {
    const dress = guarded && { headers: {}, auth: guarded.auth };
    return { urls: asked, dress, variation: "", isForOne: false };
  }
  const both = asked.filter((url) => told.includes(url));
  const { headers: filled, variation, isForOne } = headersFor(headers, project.hosts, visitor);
  // What is sent by https is not sent in clear to a server that only seems not to know https, nor left out because of a URL.
  const dress = { headers: filled, auth: guarded?.auth };
  return { urls: guarded ? asked : both.length > 0 ? both : told, dress, variation, isForOne };
}

/** Addresses that the owner wrote down as aliases and prefix, as far as they have a host. */
export function writtenUrls({
  aliases,
  prefix,
}: Pick<Project, "aliases" | "prefix">): readonly { host: string; scheme: string | undefined }[] {
  const urls = Object.values(aliases).flatMap((target) => ("url" in target ? [target.url] : []));
  if (prefix !== undefined) urls.push(prefix);
  return urls.flatMap((url) => {
    const hasScheme = url.includes("://");
    const parsed = URL.parse(hasScheme ? url : `https://${url.replace(/^\/\//, "")}`);
    return parsed ? [{ host: parsed.host, scheme: hasScheme ? parsed.protocol : undefined }] : [];
  });
}

/** Whether the project's headers go to this URL: its host was written out, and http only where the owner wrote http. */
function isTold(project: Project, text: string): boolean {
  const url = new URL(text);
  const written = writtenUrls(project).filter(({ host }) => host === url.host);
  if (url.protocol === "http:") return written.some(({ scheme }) => scheme === "http:");
  return written.length > 0 || project.source.allow.some((entry) => isExactly(entry, url));
}

function isExactly(entry: string, url: URL): boolean {
  const allowed = entry === "*" ? undefined : readAllowedHost(entry);
  if (allowed?.host !== url.hostname) return false;
  return allowed.port === undefined || allowed.port === (url.port || "443");
}

/** The longest first: of two aliases the inner one counts. */
function guardedOf(project: Project): readonly Guarded[] {
  const known = GUARDED.get(project);
  if (known) return known;
  const { aliases } = project;
  const guarded = Object.entries(aliases).flatMap(([alias, target]) => {
    if (!("url" in target) || !target.auth) return [];
    const [beginning] = resolveBeginning(`${alias}/`, { aliases });
    const scheme = URL.parse(target.url)?.protocol ?? "https:";
    return beginning ? [{ name: beginning.name, scheme, auth: target.auth }] : [];
  });
  const sorted = guarded.toSorted((a, b) => b.name.length - a.name.length);
  GUARDED.set(project, sorted);
  return sorted;
}
