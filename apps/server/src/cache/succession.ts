import { isContentVersion, versionOfDigest } from "@freshet/core";
import type { ErrorCode } from "../errors.ts";
import type { Original } from "../projects/originals.ts";
import { ORIGIN_DEFAULTS, staleWhileRevalidateOf } from "../projects/project.ts";
import type { Refusal } from "../sources/refusal.ts";
import type { Fetched } from "../sources/source.ts";
import type { Floor } from "./floors.ts";
import { isSaid, type OriginalRecord, type Outcome, REMEMBERED } from "./records.ts";

/**
 * Seconds until an original that was not given is asked for again; a missing one as long as its project says. What is slow costs
 * each who asks ten seconds of waiting, and what is refused for its bytes a download; an origin at rest is asked by nobody anyway, and
 * may be well at any moment. An invalidation ends all of them, and what failed for want of our own room is no record at all.
 */
const REFUSED_SECONDS = {
  ORIGIN_BROKEN: 5,
  ORIGIN_SLOW: 10,
  ORIGIN_DOWN: 1,
  ORIGINAL_NOT_ALLOWED: 5,
  ORIGINAL_TOO_LARGE: 30,
  IMAGE_TOO_LARGE: 30,
  IMAGE_UNREADABLE: 30,
} as const satisfies Record<Refusal["code"], number>;
/** Seconds an answer is kept whose `Age` reaches back before the invalidation that led to it. */
const DOUBTFUL_SECONDS = 5;

/** How an origin fails; other refusals are its answer, or ours. */
export const FAILURES: ReadonlySet<ErrorCode> = new Set(["ORIGIN_BROKEN", "ORIGIN_SLOW", "ORIGIN_DOWN"]);

/**
 * How far the version of a URL is known to be true to the bytes:
 * "exact" it is the digest's own; "known" confirmed, remembered, or no version was given;
 * "unmatched" a content version of other bytes, "unconfirmed" an opaque one nobody could confirm.
 */
export type VersionTrust = "exact" | "known" | "unmatched" | "unconfirmed";

export function trustOf(record: OriginalRecord, version: string | undefined): VersionTrust {
  if (version === undefined) return "known";
  if (!isContentVersion(version)) return record.versions.includes(version) ? "known" : "unconfirmed";
  const digest = digestOf(record.outcome);
  if (digest !== undefined && versionOfDigest(digest) === version) return "exact";
  return record.formerDigests.some((each) => versionOfDigest(each) === version) ? "known" : "unmatched";
}

/**
 * Until when an expired record may answer while its origin is asked, in milliseconds since the epoch; undefined where it is not expired
 * or somebody has to wait for the origin. Whether an invalidation covers it is for the caller to know.
 */
export function staleWhile(
  record: OriginalRecord,
  version: string | undefined,
  { project }: Original,
  now: number,
): number | undefined {
  const until = record.expires + staleWhileRevalidateOf(project) * 1000;
  if (now < record.expires || now >= until) return undefined;
  // What an old cache said, and what stands in for an origin that fails, has had its time.
  if (record.outcome.kind !== "bytes" || record.doubtful || record.stale) return undefined;
  const trust = trustOf(record, version);
  return trust === "exact" || trust === "known" ? until : undefined;
}

/** How and when an original was asked for, and what was known before. */
export interface Asking {
  readonly original: Original;
  readonly stamp: number;
  readonly order: number;
  /** When the origin was asked, in milliseconds since the epoch. */
  readonly at: number;
  /** The newest invalidation when the origin was asked. */
  readonly floor: Floor;
  /** The record whose validators were sent; undefined for an unconditional request. */
  readonly confirmed: OriginalRecord | undefined;
}

type Given = Extract<Fetched, { kind: "found" | "spooled" }>;

/** What came back: what was found is kept, and has its digest and facts. */
export type Answered =
  | Exclude<Fetched, Given>
  | (Pick<Given, "contentType" | "validators" | "age"> & {
      readonly kind: "found";
      readonly outcome: Outcome;
    });

/** The record that follows from an answer of the origin; undefined when the answer says nothing about what is known now. */
export function nextRecord(
  asking: Asking,
  answered: Answered,
  known: OriginalRecord | undefined,
  now: number,
): OriginalRecord | undefined {
  const { original, stamp, order, floor, confirmed } = asking;
  const base = { key: original.recordKey, tag: original.tag, stamp, order };
  const revalidate = now + original.project.cache.revalidate * 1000;
  const good = known && known.stamp >= floor.sequence && isSaid(known) ? known : undefined;
  if (answered.kind === "unchanged") {
    // A 304 confirms only the revision whose validators were sent.
    if (!known || known.outcome !== confirmed?.outcome) return undefined;
    const validators = { ...known.validators, ...answered.validators };
    const { stale: _, ...confirmedNow } = known;
    return { ...confirmedNow, ...base, validators, expires: revalidate, doubtful: false };
  }
  const { age = 0 } = answered;
  // Age counts whole seconds, and only up to the moment the answer set out, however long the body then takes.
  const oldest = asking.at - (age + 1) * 1000;
  const doubtful = floor.sequence > 0 && age > 0 && oldest < floor.at;
  const doubted = now + DOUBTFUL_SECONDS * 1000;
  // A copy from before the invalidation says nothing against what was read after it.
  if (doubtful && good) return { ...good, expires: doubted };
  if (answered.kind === "found") {
    const expires = doubtful ? doubted : revalidate;
    return {
      ...base,
      outcome: answered.outcome,
      validators: answered.validators,
      expires,
      doubtful,
      ...succession(known, digestOf(answered.outcome), stamp),
    };
  }
  if (answered.kind === "refused" && good && FAILURES.has(answered.code)) {
    // It needed no revalidation yet, and an origin that fails takes nothing back.
    if (good.expires > now && !good.stale) return undefined;
    const stale = answered.isDenied ? undefined : staleUntil(good, answered.code, original, now);
    if (stale) return stale;
  }
  const { rememberMissing } = original.project.origins ?? ORIGIN_DEFAULTS;
  const [code, seconds] =
    answered.kind === "missing"
      ? (["ORIGINAL_MISSING", rememberMissing] as const)
      : ([answered.code, REFUSED_SECONDS[answered.code]] as const);
  const expires = now + seconds * 1000;
  return {
    ...base,
    outcome: { kind: "error", code },
    validators: {},
    expires: doubtful ? Math.min(expires, doubted) : expires,
    doubtful,
    ...succession(known, undefined, stamp),
  };
}

/**
 * The record that stands in for an origin that fails: an expired one that no invalidation covers, for as long as the project allows
 * since it should have been revalidated. It keeps its stamp, so that the next invalidation covers it.
 */
function staleUntil(
  good: OriginalRecord,
  code: Refusal["code"],
  { project }: Original,
  now: number,
): OriginalRecord | undefined {
  const since = good.stale?.since ?? good.expires;
  const end = since + (project.origins ?? ORIGIN_DEFAULTS).staleIfError * 1000;
  if (good.outcome.kind !== "bytes" || now >= end) return undefined;
  return { ...good, expires: Math.min(now + REFUSED_SECONDS[code] * 1000, end), stale: { since, code } };
}

const digestOf = (outcome: Outcome) => (outcome.kind === "bytes" ? outcome.digest : undefined);

/** What a new outcome carries over from the record before it. */
function succession(
  known: OriginalRecord | undefined,
  digest: string | undefined,
  stamp: number,
): Pick<OriginalRecord, "formerDigests" | "versions" | "since"> {
  if (!known) return { formerDigests: [], versions: [], since: stamp };
  const { formerDigests, versions, since } = known;
  const before = digestOf(known.outcome);
  if (before === digest) return { formerDigests, versions, since };
  const former = before === undefined ? formerDigests : [before, ...formerDigests];
  return {
    formerDigests: [...new Set(former)].filter((each) => each !== digest).slice(0, REMEMBERED),
    versions: [],
    since: stamp,
  };
}
