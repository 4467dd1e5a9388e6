import { normalizePath } from "./percent.ts";
import { repairScheme, withoutLeadingSlashes } from "./spelling.ts";

/** How a project shortens its originals. */
export interface Naming {
  /** Alias as it stands in URLs, e.g. "_sample_" → a folder of the data folder, or a URL prefix. */
  readonly aliases: Readonly<Record<string, { readonly folder: string } | { readonly url: string }>>;
  /** Put in front of every original that is neither absolute nor begins with an alias or a host. */
  readonly prefix?: string | undefined;
}

/** Why an original names nothing that can be read. */
export type OriginalFault =
  | "not-an-original"
  | "scheme"
  | "host"
  | "credentials"
  | "climbs-out"
  | "alias-loop"
  | "path";

/** Where an original is and what it is called. `name` is its normal form: equal names are one original. */
export type ResolvedOriginal =
  | {
      readonly kind: "http";
      /** Absolute URLs without query, to be tried in this order. */
      readonly urls: readonly string[];
      /** Lower-case host[:port] and normalised path, without scheme and query. */
      readonly name: string;
    }
  | {
      readonly kind: "folder";
      readonly folder: string;
      /** Decoded and normalised, without leading slash. */
      readonly path: string;
      /** `folder:<folder>/<path>`, the path percent-encoded. */
      readonly name: string;
    }
  | { readonly kind: "invalid"; readonly reason: OriginalFault };

/** Aliases may stand for aliases; more steps than this are a circle. */
const MOST_STEPS = 8;

/** One step from the text of a URL to an original: an alias, or the prefix, and what the text is behind it. */
export interface NamingStep {
  /** Name of the alias; undefined for the prefix. */
  readonly alias: string | undefined;
  /** The text with the step taken; a folder of the data folder is `folder:<folder>/…`. */
  readonly text: string;
}

/** Finds the original that the text of a delivery URL or of an invalidation path names. Never throws. */
export function resolveOriginal(original: string, naming: Naming): ResolvedOriginal {
  return walk(original, naming, () => undefined);
}

/** The steps by which an original is found. */
export function stepsToOriginal(original: string, naming: Naming): readonly NamingStep[] {
  const steps: NamingStep[] = [];
  walk(original, naming, (step) => void steps.push(step));
  return steps;
}

function walk(original: string, naming: Naming, take: (step: NamingStep) => void): ResolvedOriginal {
  let text = repairScheme(withoutLeadingSlashes(original));
  let usesPrefix = false;
  for (let step = 0; step <= MOST_STEPS; step++) {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return resolveUrl(text);
    const alias = findAlias(text, naming.aliases);
    if (alias) {
      const rest = resolveDots(alias.rest);
      if (rest === undefined) return invalid("climbs-out");
      if ("folder" in alias.target) {
        take({ alias: alias.name, text: `folder:${alias.target.folder}/${rest}` });
        return resolveFolder(alias.target.folder, rest);
      }
      text = join(alias.target.url, rest);
      take({ alias: alias.name, text });
      continue;
    }
    if (beginsWithHost(text)) return resolveUrl(text);
    if (!naming.prefix || usesPrefix) return invalid("not-an-original");
    const rest = resolveDots(normalizePath(text));
    if (rest === undefined) return invalid("climbs-out");
    text = join(naming.prefix, rest);
    usesPrefix = true;
    take({ alias: undefined, text });
  }
  return invalid("alias-loop");
}

/**
 * The folders that contain an original, outermost first, at most `depth`.
 *
 * @example parentFolders("h/a/b.jpg", 4) // ["h", "h/a"]
 */
export function parentFolders(name: string, depth: number): readonly string[] {
  const folders: string[] = [];
  for (let end = name.indexOf("/", 1); end > 0 && folders.length < depth; end = name.indexOf("/", end + 1)) {
    folders.push(name.slice(0, end));
  }
  return folders;
}

const invalid = (reason: OriginalFault): ResolvedOriginal => ({ kind: "invalid", reason });

const join = (base: string, rest: string) =>
  repairScheme(`${withoutLeadingSlashes(base).replace(/\/+$/, "")}/${rest}`);

/** The longest alias that the first segments spell, and the normalised path behind it. */
function findAlias(text: string, aliases: Naming["aliases"]) {
  const spelled = normalizePath(text);
  let found: { readonly name: string; readonly target: Naming["aliases"][string] } | undefined;
  for (const [name, target] of Object.entries(aliases)) {
    const isFirst = spelled === name || spelled.startsWith(`${name}/`);
    if (isFirst && (!found || name.length > found.name.length)) found = { name, target };
  }
  return found && { ...found, rest: spelled.slice(found.name.length) };
}

/** A first segment that reads as a host, followed by a path: dotted name, address, `localhost`, or anything with a port. */
function beginsWithHost(text: string): boolean {
  const end = text.indexOf("/");
  if (end <= 0) return false;
  const host = text.slice(0, end).replace(/:\d{1,5}$/, "");
  if (host.length < end) return /^(\[[0-9a-f:.]+\]|[^\s[\]:@]+)$/i.test(host);
  return (
    /^(localhost|\[[0-9a-f:.]+\]|[^\s[\]:@.]+(\.[^\s[\]:@.]+)+\.?)$/i.test(host) && !/^\.|\.\./.test(host)
  );
}

function resolveUrl(text: string): ResolvedOriginal {
  const [, scheme, authority = "", path = ""] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/]*)(.*)$/is.exec(text) ?? [];
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") return invalid("scheme");
  if (authority.includes("@")) return invalid("credentials");
  const port = /:0*(\d+)$/.exec(authority)?.[1];
  const schemes = scheme
    ? [scheme]
    : port === "443"
      ? ["https"]
      : port === "80"
        ? ["http"]
        : ["https", "http"];
  const hosts = schemes.map((each) => readHost(each, authority));
  const [host] = hosts;
  if (host === undefined) return invalid("host");
  // As in every URL, a bare # begins what no server is asked for; behind an alias it was encoded before.
  const [asked = ""] = path.split("#", 1);
  const normal = resolveDots(normalizePath(asked), "clamp") ?? "";
  return {
    kind: "http",
    urls: schemes.map((each) => `${each}://${host}/${normal}`),
    name: `${host}/${normal}`,
  };
}

/** Lower-case host, `:port` unless it is the scheme's own; undefined if no URL can have it. */
function readHost(scheme: string, authority: string): string | undefined {
  if (/[\\?#\s\p{Cc}]/u.test(authority)) return undefined;
  try {
    const url = new URL(`${scheme}://${authority}/`);
    const name = url.hostname.replace(/\.$/, "");
    if (/^$|^\.|\.\.|\.$/.test(name)) return undefined;
    return url.port === "" ? name : `${name}:${url.port}`;
  } catch {
    return undefined;
  }
}

function resolveFolder(folder: string, rest: string): ResolvedOriginal {
  const normal = rest.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  if (normal === "") return invalid("not-an-original");
  let path: string;
  try {
    path = decodeURIComponent(normal);
  } catch {
    return invalid("path");
  }
  // An escaped slash would be a second spelling of a folder, and a way out of it.
  if (/%2f/i.test(normal) || /[\\\p{Cc}]/u.test(path)) return invalid("path");
  return { kind: "folder", folder, path, name: `folder:${folder}/${normal}` };
}

/**
 * Resolves `.` and `..` in a normalised path and drops leading slashes; climbing above the top gives undefined, or
 * stays at the top where `clamp` says so, as browsers do.
 */
function resolveDots(path: string, above?: "clamp"): string | undefined {
  const kept: string[] = [];
  const segments = path.replace(/^\/+/, "").split("/");
  for (const [at, segment] of segments.entries()) {
    const isLast = at === segments.length - 1;
    if (segment === "..") {
      if (kept.length === 0 && !above) return undefined;
      kept.pop();
    } else if (segment !== ".") {
      kept.push(segment);
      continue;
    }
    if (isLast) kept.push("");
  }
  return kept.join("/");
}
