import { isContentVersion, versionOfDigest } from "@freshet/core";
import { type ImageFacts, isRenderError, probe } from "@freshet/core/resize";
import type { Original } from "../projects/originals.ts";
import type { Fetched, Source } from "../sources/source.ts";
import { LRUCache } from "lru-cache";
import type { Coverage } from "./coverage.ts";
import type { DiskStore } from "./disk-store.ts";
import { type OriginalRecord, type Outcome, type Records, REMEMBERED } from "./records.ts";
import { VersionBudget } from "./version-budget.ts";

/** Seconds until a missing or broken original is asked for again. */
const MISSING_SECONDS = 10;
const BROKEN_SECONDS = 3;
/** Seconds an answer is kept whose `Age` reaches back before the invalidation that led to it. */
export const DOUBTFUL_SECONDS = 5;

const RECENT_BYTES = 128 * 2 ** 20;
const RECENT_MS = 5_000;
/** A caller waits for at most this many flights before the origin counts as broken for it. */
const MOST_ROUNDS = 4;

/**
 * How far the version of a URL is known to be true to the bytes:
 * "exact" it is the digest's own; "known" confirmed, remembered, or no version was given;
 * "unmatched" a content version of other bytes, "unconfirmed" an opaque one nobody could confirm.
 */
export type VersionTrust = "exact" | "known" | "unmatched" | "unconfirmed";

const UNASKED_304: Fetched = { kind: "refused", code: "ORIGIN_BROKEN", reason: "304 to an unconditional request" };

/** A record that may be used now, and the number the instance had applied just before it was found uncovered. */
export interface Current {
  readonly record: OriginalRecord;
  readonly stamp: number;
  readonly trust: VersionTrust;
  /** The record became covered while it was waited for: only this caller may have the answer, and nobody may keep it. */
  readonly covered: boolean;
}

interface Flight {
  readonly stamp: number;
  readonly order: number;
  readonly landed: Promise<void>;
}

/**
 * Says which bytes an original has now. The origin is asked when there is no record, when an invalidation covers it, when it
 * expired, or when a version was never seen before; equal questions share one flight, but nobody joins a flight that
 * was stamped before an invalidation he could have heard of.
 */
export class Originals {
  readonly #parts: {
    readonly source: Source;
    readonly coverage: Coverage;
    readonly records: Records;
    readonly bytes: DiskStore;
    readonly now: () => number;
    readonly onFetch?: (outcome: Fetched["kind"]) => void;
  };
  readonly #flights = new Map<string, Flight>();
  readonly #budget: VersionBudget;
  readonly #known = new LRUCache<string, Original>({ max: 20_000 });
  /** Bytes just fetched, by digest: the renders that waited for the flight take them from here, not from the disk. */
  readonly #recent = new LRUCache<string, Uint8Array>({
    maxSize: RECENT_BYTES,
    sizeCalculation: (bytes) => Math.max(1, bytes.length),
    ttl: RECENT_MS,
  });
  #order = 0;

  constructor(parts: Originals["#parts"]) {
    this.#parts = parts;
    this.#budget = new VersionBudget(parts.now);
  }

  /** The usable record, if it is in memory and nothing has to be asked or learned. */
  peek(original: Original, version: string | undefined): Current | undefined {
    const stamp = this.#parts.coverage.applied;
    const record = this.#parts.records.peek(original.recordKey);
    if (!record || !this.#isUsable(original, record)) return undefined;
    const trust = trustOf(record, version);
    return trust === "exact" || trust === "known" ? { record, stamp, trust, covered: false } : undefined;
  }

  /** The original of a record, if this instance was asked for it lately. */
  known(recordKey: string): Original | undefined {
    return this.#known.get(recordKey);
  }

  /** The record to answer from. Never rejects for anything the origin does: that is an outcome of the record. */
  async current(original: Original, version: string | undefined): Promise<Current> {
    const seen = this.#order;
    this.#known.set(original.recordKey, original);
    await this.#parts.records.find(original.recordKey);
    for (let round = 0; ; round += 1) {
      const stamp = this.#parts.coverage.applied;
      const record = this.#parts.records.peek(original.recordKey);
      const usable = record !== undefined && this.#isUsable(original, record, seen);
      if (usable) {
        const trust = trustOf(record, version);
        if (trust === "exact" || trust === "known" || version === undefined) {
          return { record, stamp, trust, covered: false };
        }
        if (record.order > seen) return { ...this.#learn(record, version), stamp, covered: false };
        if (round > 0 || !this.#budget.take(original.recordKey)) return { record, stamp, trust, covered: false };
      } else if (record && round > 0) {
        // The flight this caller waited for landed, and an invalidation came meanwhile: the bytes are older than it,
        // but so is this caller's request.
        return { record, stamp: record.stamp, trust: "known", covered: true };
      }
      await this.#flight(original, usable ? seen : -1).landed;
    }
  }

  /** Asks the origin anew, past its caches, whatever the record says, and answers the record that stands then. */
  async reread(original: Original): Promise<OriginalRecord | undefined> {
    await this.#start(original, true).landed;
    return this.#parts.records.peek(original.recordKey);
  }

  /** Bytes by their digest, from memory or disk; undefined when they were evicted. */
  async bytesOf(digest: string): Promise<Uint8Array | undefined> {
    return this.#recent.get(digest) ?? (await this.#parts.bytes.get(digest));
  }

  /** Uncovered, and not expired unless its flight began after the caller came. */
  #isUsable(original: Original, record: OriginalRecord, seen = Number.POSITIVE_INFINITY): boolean {
    return (
      record.stamp >= this.#parts.coverage.floor(original.project.name, original.tag) &&
      (this.#parts.now() < record.expires || record.order > seen)
    );
  }

  /** A flight that began after `seen` and under a stamp no older than the newest invalidation; one is started if none is. */
  #flight(original: Original, seen: number): Flight {
    const floor = this.#parts.coverage.floor(original.project.name, original.tag);
    const running = this.#flights.get(original.recordKey);
    if (running && running.stamp >= floor) {
      if (running.order > seen) return running;
      // Confirming a version: the flight under way began too early. One runs, one waits.
      const { stamp, order } = running;
      return { stamp, order, landed: running.landed.then(() => this.#flight(original, seen).landed) };
    }
    return this.#start(original, false);
  }

  #start(original: Original, fresh: boolean): Flight {
    const { coverage } = this.#parts;
    // Read before the origin is asked: an invalidation that arrives from here on is newer than what comes back.
    const stamp = coverage.applied;
    this.#order += 1;
    const order = this.#order;
    const flight: Flight = {
      stamp,
      order,
      landed: this.#fetch(original, fresh, stamp, order).finally(() => {
        if (this.#flights.get(original.recordKey) === flight) this.#flights.delete(original.recordKey);
      }),
    };
    this.#flights.set(original.recordKey, flight);
    return flight;
  }

  async #fetch(original: Original, fresh: boolean, stamp: number, order: number): Promise<void> {
    const { source, coverage, records, now, onFetch } = this.#parts;
    const known = records.peek(original.recordKey);
    const floor = coverage.floorOf(original.project.name, original.tag);
    const isCovered = known !== undefined && known.stamp < floor.sequence;
    const unconditional = fresh || isCovered || floor.sequence > (known?.stamp ?? 0);
    const held = known?.outcome.kind === "bytes" && this.#parts.bytes.has(known.outcome.digest);
    const conditional = held && !unconditional;
    const request = { policy: original.policy, fresh: unconditional };
    const fetched = await source
      .fetch(
        original.location,
        conditional ? { ...request, validators: known.validators } : request,
        AbortSignal.timeout(original.policy.timeoutMs * 2),
      )
      .then((answer) => (answer.kind === "unchanged" && !conditional ? UNASKED_304 : answer))
      .catch((): Fetched => ({ kind: "refused", code: "ORIGIN_SLOW", reason: "no answer in time" }));
    onFetch?.(fetched.kind);
    const base = { key: original.recordKey, tag: original.tag, stamp, order };
    const revalidateMs = original.project.cache.revalidate * 1000;
    if (fetched.kind === "unchanged") {
      // A 304 confirms only the revision whose validators were sent.
      if (!known || records.peek(original.recordKey)?.outcome !== known.outcome) return;
      records.put({
        ...known,
        ...base,
        validators: { ...known.validators, ...fetched.validators },
        expires: now() + revalidateMs,
        doubtful: false,
      });
    } else if (fetched.kind === "found") {
      const outcome = await this.#keep(fetched.bytes);
      const askedFor = floor.at;
      const doubtful = floor.sequence > 0 && fetched.age > 0 && now() - fetched.age * 1000 < askedFor;
      records.put({
        ...base,
        outcome,
        validators: fetched.validators,
        expires: now() + (doubtful ? DOUBTFUL_SECONDS * 1000 : revalidateMs),
        doubtful,
        ...followUp(known, digestOfOutcome(outcome), stamp),
      });
    } else if (fetched.kind === "refused" && known?.outcome.kind === "bytes" && !isCovered && !fresh) {
      // The origin is down, nothing says that the bytes changed: what is known serves a little longer.
      records.put({ ...known, expires: now() + BROKEN_SECONDS * 1000 });
    } else {
      const code = fetched.kind === "missing" ? "ORIGINAL_MISSING" : fetched.code;
      const seconds = fetched.kind === "missing" ? MISSING_SECONDS : BROKEN_SECONDS;
      records.put({
        ...base,
        outcome: { kind: "error", code },
        validators: {},
        expires: now() + seconds * 1000,
        doubtful: false,
        ...followUp(known, undefined, stamp),
      });
    }
  }

  async #keep(bytes: Uint8Array): Promise<Outcome> {
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).toString("hex");
    const facts = await readFacts(bytes);
    this.#recent.set(digest, bytes);
    // A disk that refuses costs a fetch later, not this answer.
    void this.#parts.bytes.put(digest, bytes).catch(() => {});
    return { kind: "bytes", digest, size: bytes.length, facts };
  }

  #learn(record: OriginalRecord, version: string): { record: OriginalRecord; trust: VersionTrust } {
    if (isContentVersion(version)) return { record, trust: "unmatched" };
    const versions = [version, ...record.versions].slice(0, REMEMBERED);
    return { record: this.#parts.records.amend(record, versions), trust: "known" };
  }
}

const digestOfOutcome = (outcome: Outcome) => (outcome.kind === "bytes" ? outcome.digest : undefined);
const digestOf = (record: OriginalRecord | undefined) => record && digestOfOutcome(record.outcome);

/** What a new outcome carries over from the record before it. */
function followUp(
  known: OriginalRecord | undefined,
  digest: string | undefined,
  stamp: number,
): Pick<OriginalRecord, "formerDigests" | "versions" | "since"> {
  if (!known) return { formerDigests: [], versions: [], since: stamp };
  const before = digestOf(known);
  if (before === digest) return { formerDigests: known.formerDigests, versions: known.versions, since: known.since };
  const former = before === undefined ? known.formerDigests : [before, ...known.formerDigests];
  return {
    formerDigests: [...new Set(former)].filter((each) => each !== digest).slice(0, REMEMBERED),
    versions: [],
    since: stamp,
  };
}

function trustOf(record: OriginalRecord, version: string | undefined): VersionTrust {
  if (version === undefined) return "known";
  if (!isContentVersion(version)) return record.versions.includes(version) ? "known" : "unconfirmed";
  const digest = digestOf(record);
  if (digest !== undefined && versionOfDigest(digest) === version) return "exact";
  return record.formerDigests.some((each) => versionOfDigest(each) === version) ? "known" : "unmatched";
}

async function readFacts(bytes: Uint8Array): Promise<ImageFacts | undefined> {
  try {
    return await probe(bytes);
  } catch (error) {
    if (isRenderError(error)) return undefined;
    throw error;
  }
}
