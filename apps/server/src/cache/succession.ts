import { isContentVersion, versionOfDigest } from "@freshet/core";
import type { ErrorCode } from "../errors.ts";
import type { Original } from "../projects/originals.ts";
import { ORIGIN_DEFAULTS } from "../projects/project.ts";
import type { Fetched } from "../sources/source.ts";
import type { Floor } from "./floors.ts";
import { isSaid, type OriginalRecord, type Outcome, REMEMBERED } from "./records.ts";

/** Seconds until a broken original is asked for again. */
const BROKEN_SECONDS = 3;
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

/** What came back: bytes already have their digest and facts. */
export type Answered =
  | Exclude<Fetched, { kind: "found" }>
  | (Extract<Fetched, { kind: "found" }> & { readonly outcome: Outcome });

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
  if (answered.kind === "found") {
    // Age counts whole seconds, and only up to the moment the answer set out, however long the body then takes.
    const oldest = asking.at - (answered.age + 1) * 1000;
    const doubtful = floor.sequence > 0 && answered.age > 0 && oldest < floor.at;
    const expires = doubtful ? now + DOUBTFUL_SECONDS * 1000 : revalidate;
    // A copy from before the invalidation says nothing against what was read after it.
    if (doubtful && good) return { ...good, expires };
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
  const isMissing = answered.kind === "missing";
  const { rememberMissing } = original.project.origins ?? ORIGIN_DEFAULTS;
  return {
    ...base,
    outcome: { kind: "error", code: isMissing ? "ORIGINAL_MISSING" : answered.code },
    validators: {},
    expires: now + (isMissing ? rememberMissing : BROKEN_SECONDS) * 1000,
    doubtful: false,
    ...succession(known, undefined, stamp),
  };
}

/**
 * The record that stands in for an origin that fails: an expired one that no invalidation covers, for as long as the project allows
 * since it should have been revalidated. It keeps its stamp, so that the next invalidation covers it.
 */
function staleUntil(
  good: OriginalRecord,
  code: ErrorCode,
  { project }: Original,
  now: number,
): OriginalRecord | undefined {
  const since = good.stale?.since ?? good.expires;
  const end = since + (project.origins ?? ORIGIN_DEFAULTS).staleIfError * 1000;
  if (good.outcome.kind !== "bytes" || now >= end) return undefined;
  return { ...good, expires: Math.min(now + BROKEN_SECONDS * 1000, end), stale: { since, code } };
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
