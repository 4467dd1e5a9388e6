import type { Transformation } from "../operations/index.ts";
import { layer, type Remark, readTransformation, writeTransformation } from "../transformation.ts";
import { normalizeQuery, percentDecode, percentEncode } from "./percent.ts";
import { lastValue, type QueryPair, readOriginQuery, readQuery } from "./query.ts";
import { isKnownParameter, isReservedParameter } from "./reserved.ts";
import { readSealed } from "./sealed.ts";
import { beginsWithEncodedUrl, repairScheme, withoutLeadingSlashes } from "./spelling.ts";
import { readTarget } from "./target.ts";
import { isVideoParameter, isVideoPath, pairsFor } from "./video-path.ts";

/** A delivery URL, taken apart. */
export interface ParsedDeliveryUrl {
  /** The original without leading slashes and without query: decoded once if it was sent encoded, else raw as sent. */
  readonly original: string;
  /** The original's own query and the parameters nobody here knows, sorted by name; "" for none. */
  readonly originQuery: string;
  /** What is left of it under a seal: the query inside an encoded original, and what is sealed. */
  readonly sealedOriginQuery: string;
  readonly transformation: Transformation;
  /** `vh`, decoded; undefined if absent or empty. */
  readonly version: string | undefined;
  /** Parameters that were not followed. */
  readonly remarks: readonly Remark[];
  /** Whether the path began with `/v7/`. */
  readonly v7: boolean;
  /** The query, item by item, and the items that `ci_eqs` holds. */
  readonly open: readonly QueryPair[];
  readonly sealed: readonly QueryPair[];
}

/**
 * Reads the raw, undecoded request target of a delivery URL; undefined only if it names no original at all. Sealed parameters
 * stand above the others.
 *
 * @example parseDeliveryUrl("/v7/sample.li/boat.jpg?w=400")?.original // "sample.li/boat.jpg"
 */
export function parseDeliveryUrl(rawPathAndQuery: string): ParsedDeliveryUrl | undefined {
  const { v7, path, query } = readTarget(rawPathAndQuery);
  const open = readQuery(query);
  const eqs = lastValue(open, "ci_eqs") ?? "";
  const opened = readSealed(eqs);
  const sealed = opened ?? [];
  const all = [...open, ...sealed];

  const sent = withoutLeadingSlashes(path);
  const isEncoded = isOn(lastValue(all, "ci_url_encoded")) || beginsWithEncodedUrl(sent);
  const [original, ownQuery] = splitQuery(
    repairScheme(isEncoded ? withoutLeadingSlashes(percentDecode(sent)) : sent),
  );
  if (original === "") return undefined;

  const read = (pairs: readonly QueryPair[]) => readTransformation(pairsFor(original, pairs));
  const [strong, weak] = [read(sealed), read(open)];
  const reserved = all.filter(({ name }) => isReservedParameter(name));
  const own = readOriginQuery(ownQuery.replace(/#.*$/s, ""));
  const isForeign = isVideoPath(original) ? () => false : isVideoParameter;
  const unknown = (pairs: readonly QueryPair[]) =>
    pairs.filter(({ name }) => isForeign(name) || !isKnownParameter(name));
  return {
    original,
    originQuery: writeOriginQuery([...own, ...unknown(all)]),
    sealedOriginQuery: writeOriginQuery([...own, ...unknown(sealed)]),
    transformation: layer(strong.transformation, weak.transformation),
    version: lastValue(sealed, "vh") || lastValue(open, "vh") || undefined,
    remarks: [
      ...strong.remarks,
      ...weak.remarks,
      ...(opened ? [] : [{ parameter: "ci_eqs", text: eqs, expected: "base64 of a query" }]),
      ...reserved.map(({ name, value }) => ({ parameter: name, text: value, expected: "not supported yet" })),
    ],
    v7,
    open,
    sealed,
  };
}

/** What a delivery URL carries besides the original and its transformation. */
export interface DeliveryUrlOptions {
  /** `vh`. */
  readonly version?: string | undefined;
  /** Begin the path with `/v7/`; true unless said otherwise. */
  readonly v7?: boolean;
  /** `force_download`: browsers save the answer instead of showing it. */
  readonly download?: boolean | undefined;
}

/**
 * The delivery URL of an original; no I/O. The original may be absolute, without scheme, or begin with an alias; one
 * that carries a query or reserved characters is percent-encoded and marked with `ci_url_encoded=1`.
 *
 * @example buildDeliveryUrl("https://img.example.com", "https://site.example/a.jpg", { resize: { w: 400 } })
 * // "https://img.example.com/v7/https://site.example/a.jpg?w=400"
 */
export function buildDeliveryUrl(
  endpoint: string,
  original: string,
  transformation: Transformation = {},
  { version, v7 = true, download = false }: DeliveryUrlOptions = {},
): string {
  const named = repairScheme(withoutLeadingSlashes(original));
  // Beside a picture these would be the origin's.
  const { video: _, ...picture } = transformation;
  const isPlain =
    PLAIN.test(named) && !DOTS.test(named) && !beginsWithEncodedUrl(named) && !/^v7\//.test(named);
  const query = [
    isPlain ? "" : "ci_url_encoded=1",
    writeTransformation(isVideoPath(withoutQuery(named)) ? transformation : picture),
    download ? "force_download=1" : "",
    version ? `vh=${percentEncode(version)}` : "",
  ].filter((part) => part !== "");
  const path = `${v7 ? "/v7" : ""}/${isPlain ? named : percentEncode(named)}`;
  return `${endpoint.replace(/\/+$/, "")}${path}${query.length > 0 ? `?${query.join("&")}` : ""}`;
}

const withoutQuery = (original: string) => original.replace(/[?#].*$/s, "");

/** A path that every client sends as it is: no query, no fragment, nothing that needs an escape. */
const PLAIN = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;
/** Dot segments, which clients resolve before they send. */
const DOTS = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;

function splitQuery(original: string): [path: string, query: string] {
  const mark = original.indexOf("?");
  return mark < 0 ? [original, ""] : [original.slice(0, mark), original.slice(mark + 1)];
}

function writeOriginQuery(pairs: readonly QueryPair[]): string {
  return pairs
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ raw }) => normalizeQuery(raw))
    .join("&");
}

const isOn = (text: string | undefined) => text !== undefined && text !== "" && text !== "0";
