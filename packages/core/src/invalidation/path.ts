import { percentDecode } from "../url/percent.ts";
import { beginsWithEncodedUrl, repairScheme, withoutLeadingSlashes } from "../url/spelling.ts";

/** A path that names originals, or why it does not: `sentence` says what to write, `suggestion` is the right form. */
export type InvalidationPath =
  | {
      readonly ok: true;
      /** With one leading slash, without `v7/`, the original as it stands in delivery URLs. */
      readonly path: string;
      /** The path ends with a wildcard, as `/folder/*` does: it names every original whose path begins so. */
      readonly isPrefix: boolean;
    }
  | {
      readonly ok: false;
      readonly reason: "query" | "delivery-host" | "empty" | "wildcard" | "malformed";
      readonly sentence: string;
      readonly suggestion?: string;
    };

/** Longer paths name nothing that could be delivered: request lines end far below. */
const LONGEST_PATH = 8192;

const VENDOR_HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.cloudimg\.io$/;

/**
 * Reads an invalidation path: the original part of a delivery URL, nothing else, or the beginning of one and a `*`. A leading
 * slash, `v7/` and the original's scheme are optional. `hosts` are the project's delivery hosts, lower-case, with port
 * where they have one. Never throws.
 *
 * @example normalizeInvalidationPath("v7/sample.li/flat1.jpg", { hosts: [] })
 * // { ok: true, path: "/sample.li/flat1.jpg", isPrefix: false }
 */
export function normalizeInvalidationPath(
  path: string,
  { hosts }: { readonly hosts: readonly string[] },
): InvalidationPath {
  const text = path.trim();
  const fault = faultOf(text);
  if (fault !== undefined) return refuse("malformed", fault);
  const original = readOriginalPart(text);
  const { host, rest } = withoutDeliveryHost(original, hosts);
  const [bare = ""] = rest.split("?", 1);
  const suggestion = bare === "" ? undefined : `/${bare}`;
  const hasQuery = original.includes("?");

  if (host !== undefined) {
    return refuse(
      "delivery-host",
      `The path begins with the delivery host ${host}${hasQuery ? " and carries a query" : ""}; name the original alone${asIn(suggestion)}.`,
      suggestion,
    );
  }
  if (bare === "") return refuse("empty", `The path names no original; write it${asIn(undefined)}.`);
  if (hasQuery) {
    return refuse(
      "query",
      `The path carries a query; name the original alone, and all its variants follow${asIn(suggestion)}.`,
      suggestion,
    );
  }
  const isPrefix = bare.endsWith("*");
  if (bare.slice(0, -1).includes("*")) {
    return refuse(
      "wildcard",
      "A path has one wildcard at most, at its end, for example /sample.li/folder/*. A literal * is written %2A.",
    );
  }
  if (/^(?!https?:)[a-z][a-z0-9+.-]*:\/\//i.test(bare)) {
    return refuse("malformed", `An original is read over http or https; write it${asIn(undefined)}.`);
  }
  return { ok: true, path: `/${bare}`, isPrefix };
}

/** What no path may contain, as a sentence. */
export function faultOf(text: string): string | undefined {
  if (text.length > LONGEST_PATH) return `A path has at most ${LONGEST_PATH} characters.`;
  return /\p{Cc}/u.test(text)
    ? "A path carries no control characters: send one original per entry."
    : undefined;
}

const asIn = (suggestion: string | undefined) =>
  suggestion === undefined ? ", for example /sample.li/flat1.jpg" : `: ${suggestion}`;

function refuse(
  reason: (InvalidationPath & { ok: false })["reason"],
  sentence: string,
  suggestion?: string,
): InvalidationPath {
  return suggestion === undefined
    ? { ok: false, reason, sentence }
    : { ok: false, reason, sentence, suggestion };
}

/** The same steps that a delivery URL's path goes through. */
function readOriginalPart(path: string): string {
  const sent = withoutMark(path);
  return repairScheme(beginsWithEncodedUrl(sent) ? decodeAroundStars(sent) : sent);
}

export function withoutMark(path: string): string {
  return withoutLeadingSlashes(withoutLeadingSlashes(path).replace(/^v7(?:\/|$)/, ""));
}

/** A star that was sent encoded is a literal one and stays encoded. */
function decodeAroundStars(sent: string): string {
  return sent
    .split("*")
    .map((piece) => percentDecode(piece).replaceAll("*", "%2A"))
    .join("*");
}

/** Takes a delivery host off the front, with its scheme; what follows it is read as a path again. */
function withoutDeliveryHost(original: string, hosts: readonly string[]): { host?: string; rest: string } {
  const [, scheme = "", authority = "", rest = ""] = /^(https?:\/\/)?([^/?]*)(.*)$/s.exec(original) ?? [];
  return isDeliveryHost(authority, hosts)
    ? { host: authority, rest: readOriginalPart(rest) }
    : { rest: scheme + authority + rest };
}

/** Whether an authority of a URL is one of the hosts, or of the kind that Cloudimage delivers under. */
export function isDeliveryHost(authority: string, hosts: readonly string[]): boolean {
  const host = authority.toLowerCase().replace(/\.?(:(?:80|443))?$/, "");
  const isKnown = VENDOR_HOST.test(host) || hosts.some((each) => each.replace(/:(?:80|443)$/, "") === host);
  return isKnown && host !== "";
}
