import { percentDecode } from "../url/percent.ts";
import { beginsWithEncodedUrl, repairScheme, withoutLeadingSlashes } from "../url/spelling.ts";

/** A path that names one original, or why it does not: `sentence` says what to write, `suggestion` is the right form. */
export type InvalidationPath =
  | {
      readonly ok: true;
      /** With one leading slash, without `v7/`, the original as it stands in delivery URLs. */
      readonly path: string;
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
 * Reads an invalidation path: the original part of a delivery URL, nothing else. A leading slash, `v7/` and the
 * original's scheme are optional. `hosts` are the project's delivery hosts, lower-case, with port where they have one.
 * Never throws.
 *
 * @example normalizeInvalidationPath("v7/sample.li/flat1.jpg", { hosts: [] }) // { ok: true, path: "/sample.li/flat1.jpg" }
 */
export function normalizeInvalidationPath(
  path: string,
  { hosts }: { readonly hosts: readonly string[] },
): InvalidationPath {
  const text = path.trim();
  if (text.length > LONGEST_PATH)
    return refuse("malformed", `A path has at most ${LONGEST_PATH} characters.`);
  if (/\p{Cc}/u.test(text))
    return refuse("malformed", "A path carries no control characters: send one original per entry.");

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
  if (bare.includes("*")) {
    return refuse(
      "wildcard",
      "Wildcards are not supported yet; name each original, or use the scope all. A literal * is written %2A.",
    );
  }
  if (/^(?!https?:)[a-z][a-z0-9+.-]*:\/\//i.test(bare)) {
    return refuse("malformed", `An original is read over http or https; write it${asIn(undefined)}.`);
  }
  return { ok: true, path: `/${bare}` };
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
  const sent = withoutLeadingSlashes(withoutLeadingSlashes(path).replace(/^v7(?:\/|$)/, ""));
  return repairScheme(beginsWithEncodedUrl(sent) ? percentDecode(sent) : sent);
}

function withoutDeliveryHost(original: string, hosts: readonly string[]): { host?: string; rest: string } {
  const [, scheme = "", authority = "", rest = ""] = /^(https?:\/\/)?([^/?]*)(.*)$/s.exec(original) ?? [];
  const host = authority.toLowerCase().replace(/\.?(:(?:80|443))?$/, "");
  const isDelivery =
    VENDOR_HOST.test(host) || hosts.some((each) => each.replace(/:(?:80|443)$/, "") === host);
  return isDelivery && host !== ""
    ? { host: authority, rest: readOriginalPart(rest) }
    : { rest: scheme + authority + rest };
}
