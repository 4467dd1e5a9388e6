import { repairScheme } from "../url/spelling.ts";
import { faultOf, isDeliveryHost, withoutMark } from "./path.ts";

/** One exact delivery URL, or why it is none. */
export type InvalidationUrl =
  | {
      readonly ok: true;
      /** With one leading slash, without host and `v7/`; the query as it was sent. */
      readonly url: string;
      /** The delivery host it was sent with; undefined where it began with the path. */
      readonly host: string | undefined;
    }
  | { readonly ok: false; readonly sentence: string };

/**
 * Reads an exact delivery URL of an invalidation: a path with its query; delivery host and `v7/` are optional. `hosts` are the
 * project's delivery hosts, lower-case, with port where they have one. Never throws.
 *
 * @example normalizeInvalidationUrl("v7/sample.li/paris.jpg?width=400", { hosts: [] })
 * // { ok: true, url: "/sample.li/paris.jpg?width=400", host: undefined }
 */
export function normalizeInvalidationUrl(
  url: string,
  { hosts }: { readonly hosts: readonly string[] },
): InvalidationUrl {
  const text = url.trim();
  const fault = faultOf(text);
  if (fault !== undefined) return { ok: false, sentence: fault };
  const [sent = ""] = withoutMark(text).split("#", 1);
  const [, authority = "", rest = ""] = /^(?:https?:\/\/)?([^/?]*)(.*)$/s.exec(repairScheme(sent)) ?? [];
  const host = isDeliveryHost(authority, hosts) ? authority.toLowerCase() : undefined;
  const bare = host === undefined ? sent : withoutMark(rest);
  const [path = ""] = bare.split("?", 1);
  if (path === "") {
    return {
      ok: false,
      sentence:
        "The URL names no original; write it as it is delivered, for example /sample.li/paris.jpg?w=400.",
    };
  }
  if (path.includes("*")) {
    return {
      ok: false,
      sentence:
        'An exact URL has no wildcard; use the scope "original" for /sample.li/folder/*. A literal * is written %2A.',
    };
  }
  return { ok: true, url: `/${bare}`, host };
}
