/** What an entry of a list names, or why it names nothing: `sentence` says what to write. */
export type WarmUpEntry =
  | {
      readonly ok: true;
      /** As browsers write `Host`; undefined for a path alone. */
      readonly host: string | undefined;
      /** Path and query as browsers send them. */
      readonly target: string;
    }
  | { readonly ok: false; readonly reason: "malformed" | "host"; readonly sentence: string };

/** Which hosts are whose; both are asked in small letters, with a port that is not the scheme's own. */
export interface HostsOfList {
  /** The project's pictures are delivered there. */
  readonly isOwn: (host: string) => boolean;
  /** The project fetches originals from there. */
  readonly isOrigin: (host: string) => boolean;
}

/**
 * Reads one entry of a list for a warm-up: path and query of a delivery URL, with a slash in front or without, or all of it. What browsers
 * would escape is escaped; a fragment, which they keep for themselves, is left away. Never throws.
 *
 * @example readWarmUpEntry("/sample.li/a.png?w=200", hosts) // { ok: true, host: undefined, target: "/sample.li/a.png?w=200" }
 */
export function readWarmUpEntry(entry: string, { isOwn, isOrigin }: HostsOfList): WarmUpEntry {
  const text = entry.trim();
  if (text === "") return malformed("It is empty.");
  if (/\p{Cc}|\uFFFD/u.test(text) || !isWellFormed(text))
    return malformed("It holds control characters, or what is no UTF-8.");
  const [bare = ""] = text.split("#", 1);
  const [, scheme = "", slashes = "", authority = "", rest = ""] =
    /^(https?:)?(\/\/)?([^/?]*)(.*)$/is.exec(bare) ?? [];
  const host = hostOf(authority, scheme);
  const isWhole = scheme !== "" && slashes !== "";
  // Of what has no scheme the first step may as well be a folder, or the host of an original.
  const mayBeHost = isWhole || (scheme === "" && /[.:]/.test(authority) && !isOrigin(host));
  if (mayBeHost && HOST.test(host) && isOwn(host)) return { ok: true, host, target: asSent(rest) };
  if (!isWhole) return { ok: true, host: undefined, target: asSent(bare) };
  return {
    ok: false,
    reason: "host",
    sentence: `Pictures of this project are not delivered under ${shown(authority)}. Write a path; an original has a slash in front: /https://….`,
  };
}

const HOST = /^[a-z0-9._[\]:-]+$/;

const malformed = (sentence: string): WarmUpEntry => ({ ok: false, reason: "malformed", sentence });

const shown = (authority: string) => (authority.length > 100 ? `${authority.slice(0, 100)}…` : authority);

function hostOf(authority: string, scheme: string): string {
  return authority.toLowerCase().replace(scheme.toLowerCase() === "https:" ? /:443$/ : /:80$/, "");
}

function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDFFF]/u.test(text);
}

/** One slash at least, and escapes for what no request line may hold. */
function asSent(text: string): string {
  const path = text.startsWith("/") ? text : `/${text}`;
  return path.replace(/[^\x21-\x7e]+/gu, encodeURIComponent);
}
