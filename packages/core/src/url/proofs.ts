import { percentDecode } from "./percent.ts";
import { lastValue, readQuery } from "./query.ts";
import { readSealed } from "./sealed.ts";
import { beginsWithEncodedUrl, withoutLeadingSlashes } from "./spelling.ts";
import { readTarget, type Target } from "./target.ts";

/** What a URL claims: that these digits are the digest of this text and a salt. */
export interface Claim {
  readonly digits: string;
  readonly text: string;
}

/** The proofs that a delivery URL carries. One true claim of a kind is enough; each leaves nothing but the proof itself uncovered. */
export interface Proofs {
  /** `ci_sign`: hexadecimal SHA-1 of salt and text; it covers the whole URL. */
  readonly sign: readonly Claim[];
  /** `ci_seal`: hexadecimal SHA-1 of text and salt; it covers the original and what `ci_eqs` holds. */
  readonly seal: readonly Claim[];
  /** `fr_sig`: base64url of the HMAC-SHA-256 of the text, keyed with the salt; it covers the whole URL. */
  readonly hmac: readonly Claim[];
  /** The earliest `fr_exp` in seconds since the epoch, 0 for one that cannot be read; undefined where there is none. */
  readonly expires: number | undefined;
}

/**
 * Finds what would have to be hashed for each proof in a raw request target, in every spelling that clients are known to hash: with
 * the leading slash and without, and with what browsers escape by themselves written out. No spelling leads to another picture
 * than the one that is asked for. Never throws.
 */
export function readProofs(raw: string): Proofs {
  const target = readTarget(raw);
  const open = readQuery(target.query);
  const eqs = lastValue(open, "ci_eqs") ?? "";
  const all = [...open, ...(readSealed(eqs) ?? [])];
  const times = all.filter(({ name }) => name === "fr_exp").map(({ value }) => readSeconds(value));
  return {
    sign: signClaims(target),
    seal: sealClaims(target, lastValue(open, "ci_seal"), eqs, lastValue(all, "ci_url_encoded")),
    hmac: hmacClaims(target),
    expires: times.length === 0 ? undefined : Math.min(...times),
  };
}

/** What `fr_sig` is made from: the path with one leading slash, and the rest of the query as it is sent. */
export function hmacText({ path, query }: Pick<Target, "path" | "query">): string {
  return `/${withoutLeadingSlashes(path)}${query === "" ? "" : `?${query}`}`;
}

/** The last value counts. Clients that sign twice leave the first one in the text of the second; one may also have left both out. */
function signClaims({ path, query }: Target): readonly Claim[] {
  const found = placesOf(query, "ci_sign");
  const first = found[0];
  const last = found.at(-1);
  if (!first || !last) return [];
  const rests = [
    { digits: last.value, rest: without(query, [last.place]) },
    { digits: first.value, rest: without(query, [first.place]) },
    {
      digits: last.value,
      rest: without(
        query,
        found.map(({ place }) => place),
      ),
    },
  ];
  return distinct(
    rests.flatMap(({ digits, rest }) =>
      spellings(path).flatMap((each) =>
        asWritten(`${each}${rest === "" ? "" : `?${rest}`}`).map((text) => ({ digits, text })),
      ),
    ),
  );
}

function sealClaims(
  { path }: Target,
  digits: string | undefined,
  eqs: string,
  isEncoded: string | undefined,
): readonly Claim[] {
  if (digits === undefined) return [];
  const sent = withoutLeadingSlashes(path);
  const isDecoded = Boolean(isEncoded && isEncoded !== "0") || beginsWithEncodedUrl(sent);
  const originals = [...spellings(path), ...(isDecoded ? spellings(`/${percentDecode(sent)}`) : [])];
  return distinct(
    originals.flatMap((each) => asWritten(each).map((text) => ({ digits, text: `${text}${eqs}` }))),
  );
}

function hmacClaims({ path, query }: Target): readonly Claim[] {
  const last = placesOf(query, "fr_sig").at(-1);
  if (!last) return [];
  return [{ digits: last.value, text: hmacText({ path, query: without(query, [last.place]) }) }];
}

const spellings = (path: string) => [path, `/${withoutLeadingSlashes(path)}`, withoutLeadingSlashes(path)];

/** What browsers escape in a URL by themselves: none of it separates anything. */
const ESCAPED_BY_BROWSERS = /(?:%(?:2[027]|3[ce]|5[bcde]|60|7[bcd]|[89a-f][0-9a-f]))+/gi;

/** A text as it goes over the wire, and as its author may have written it. */
function asWritten(text: string): readonly string[] {
  const plain = text.replaceAll("&amp;", "&");
  return [text, plain, plain.replace(ESCAPED_BY_BROWSERS, percentDecode)];
}

function distinct(claims: readonly Claim[]): readonly Claim[] {
  return [...new Map(claims.map((claim) => [`${claim.digits} ${claim.text}`, claim])).values()];
}

const piecesOf = (query: string) => query.split(/(?=[?&])/);

/** Where a name stands in a query, and with which value. */
function placesOf(query: string, name: string): readonly { place: number; value: string }[] {
  return piecesOf(query).flatMap((piece, place) => {
    const [pair] = readQuery(piece);
    return pair?.name === name ? [{ place, value: pair.value }] : [];
  });
}

/** The query without some of its items and the separators before them; every other byte stays. */
function without(query: string, places: readonly number[]): string {
  const rest = piecesOf(query)
    .filter((_, place) => !places.includes(place))
    .join("");
  return places.includes(0) ? rest.replace(/^[?&]/, "") : rest;
}

function readSeconds(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : 0;
}
