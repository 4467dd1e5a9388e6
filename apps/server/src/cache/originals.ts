import { setTimeout as rest } from "node:timers/promises";
import { isContentVersion, isVideoPath } from "@freshet/core";
import type { ImageFacts } from "@freshet/core/resize";
import { LRUCache } from "lru-cache";
import { ServerError } from "../errors.ts";
import type { Standing } from "../instances/admission.ts";
import { pastSeenVersions } from "../projects/origin-version.ts";
import type { Original } from "../projects/originals.ts";
import { readMediaType } from "../sources/media-type.ts";
import { noRoom } from "../sources/refusal.ts";
import type { Fetched, Inspect, Source } from "../sources/source.ts";
import type { Spool } from "../sources/spool.ts";
import { type FetchTimes, timed } from "../sources/times.ts";
import { sniffVideo } from "../video/sniff.ts";
import type { Coverage } from "./coverage.ts";
import type { DiskStore } from "./disk-store.ts";
import { growing } from "./growing.ts";
import { OriginalBytes, RECENT_BYTES } from "./original-bytes.ts";
import { type OriginalRecord, type Outcome, REMEMBERED, type Records } from "./records.ts";
import type { Shelf } from "./shared/shared-tier.ts";
import { type Answered, nextRecord, staleWhile, trustOf, type VersionTrust } from "./succession.ts";
import { VersionBudget } from "./version-budget.ts";
import { videoSpool } from "./video-spool.ts";
import { isFile, isUnread, moreOf, sparing, type Wanted } from "./wanted.ts";

/** Seconds that caches may keep an answer which its origin is being asked about. */
const REVALIDATING_SECONDS = 1;
/** A caller waits for at most this many flights before the origin counts as broken for it. */
const MOST_FLIGHTS = 5;

const UNASKED_304: Fetched = {
  kind: "refused",
  code: "ORIGIN_BROKEN",
  reason: "304 to an unconditional request",
};

/** A record that may be used now, and the number the instance had applied just before it was found uncovered. */
export interface Current {
  readonly record: OriginalRecord;
  readonly stamp: number;
  readonly trust: VersionTrust;
  /** The record became covered while it was waited for: only this caller may have the answer, and nobody may keep it. */
  readonly covered: boolean;
  /** It expired, and its origin is being asked: until when it may answer, in milliseconds since the epoch. */
  readonly staleUntil?: number;
}

/** How long a fetch took, and its parts as far as they are known; in milliseconds. */
export interface FetchTook {
  readonly milliseconds: number;
  readonly times: FetchTimes;
}

/** Who asks, as far as it makes a difference. */
export interface How {
  /** Rather the origin's word than what expired at once: nobody waits for it. */
  readonly isPatient?: boolean;
  /** What is read to its end; absent is what can be rendered. */
  readonly wanted?: Wanted;
}

interface Flight {
  readonly stamp: number;
  readonly order: number;
  /** By whoever of those that wait for it wants most. */
  wanted: Wanted;
  readonly landed: Promise<void>;
  /** It may bring a large video, which takes as long as it takes. */
  readonly isLong: boolean;
}

/** What `Originals` is built from. */
export interface OriginalsParts {
  readonly source: Source;
  readonly coverage: Coverage;
  readonly records: Records;
  readonly bytes: DiskStore;
  /** Asked only for the digest of a record that may be used: what instances share is bytes, never what an original has now. */
  readonly shared?: Shelf | undefined;
  /** What the header says; undefined for bytes that are not an image we read. */
  readonly readFacts: (bytes: Uint8Array) => Promise<ImageFacts | undefined>;
  /** Looks at originals while they arrive; absent, all are read to their ends. */
  readonly inspect?: Inspect;
  readonly now: () => number;
  /**
   * Called at the moment of each stamp. Throws for an original that must not be asked for: it was named by settings that are in force
   * no longer, or it is blocked.
   */
  readonly admit?: (original: Original) => void;
  readonly onFetch?: (original: Original, fetched: Fetched, took: FetchTook) => void;
}

/**
 * Says which bytes an original has now. The origin is asked when there is no record, when an invalidation covers it, when it
 * expired, or when a version was never seen before; equal questions share one flight, but nobody joins a flight that
 * was stamped before an invalidation he could have heard of.
 */
export class Originals {
  readonly bytes: OriginalBytes;
  readonly #parts: OriginalsParts;
  readonly #flights = new Map<string, Flight>();
  readonly #budget: VersionBudget;
  readonly #known = new LRUCache<string, Original>(growing(20_000));
  #order = 0;

  constructor(parts: OriginalsParts) {
    this.#parts = parts;
    this.bytes = new OriginalBytes(parts.bytes, parts.shared);
    this.#budget = new VersionBudget(parts.now);
  }

  /** The usable record, if it is in memory and nothing has to be asked or learned. */
  peek(original: Original, version: string | undefined): Current | undefined {
    const stamp = this.#parts.coverage.applied;
    const record = this.#parts.records.peek(original.recordKey);
    if (!record || this.#parts.now() >= record.expires) return undefined;
    // What stands in for its origin may be kept for seconds only, whatever was said of it before.
    if (record.stale) return undefined;
    if (record.stamp < this.#parts.coverage.floor(original.identity)) return undefined;
    const trust = trustOf(record, version);
    return trust === "exact" || trust === "known" ? { record, stamp, trust, covered: false } : undefined;
  }

  /** Whether `current` would answer without asking the origin, as far as the record can say. */
  async isKept(original: Original, version: string | undefined): Promise<boolean> {
    await this.#parts.records.find(original.recordKey);
    return this.peek(original, version) !== undefined;
  }

  /** Whether nothing is known of it, so that its origin has to be asked. */
  async isNew({ recordKey }: Original): Promise<boolean> {
    return (await this.#parts.records.find(recordKey)) === undefined;
  }

  /** The original of a record, if this instance was asked for it lately. */
  known(recordKey: string): Original | undefined {
    const original = this.#known.get(recordKey);
    try {
      if (original) this.#parts.admit?.(original);
      return original;
    } catch {
      return undefined;
    }
  }

  /**
   * The record to answer from. What the origin does is an outcome of the record, never a rejection. Past the lease no record
   * counts but one that was read from the origin after this call: an invalidation may be Done that this instance has not heard of.
   * What merely expired answers at once for as long as the project allows, and one flight asks the origin meanwhile.
   * @throws ServerError ORIGIN_BROKEN when flights land and leave nothing behind, ORIGIN_SLOW while a large video is still coming, what the
   * origin failed with when an expired record stands in for it under a version that nobody confirmed; and what `admit` throws.
   */
  async current(
    original: Original,
    version: string | undefined,
    standing: Standing = "current",
    { isPatient = false, wanted = "renderable" }: How = {},
  ): Promise<Current> {
    if (standing === "past lease") return this.#readAnew(original, version, wanted);
    const { coverage, records, now } = this.#parts;
    const key = original.recordKey;
    const seen = this.#order;
    this.#known.set(key, original);
    await records.find(key);
    const heard = coverage.floor(original.identity);
    for (let landed = 0, asked = false; landed < MOST_FLIGHTS; landed += 1) {
      // The stamp is read just before the record is found uncovered.
      const stamp = coverage.applied;
      this.#parts.admit?.(original);
      const floor = coverage.floor(original.identity);
      const known = records.peek(key);
      const record = known && isUnread(known, wanted) ? undefined : known;
      const isCovered = record !== undefined && record.stamp < floor;
      if (record && isCovered && landed > 0 && record.stamp >= heard) {
        // An invalidation overtook the flight: its bytes are older, but so is the request of everyone who waited for it.
        if (!record.stale) return { record, stamp: record.stamp, trust: "known", covered: true };
      }
      if (record && !isCovered && landed === 0 && !isPatient) {
        const staleUntil = staleWhile(record, version, original, now());
        if (staleUntil !== undefined) {
          this.#revalidate(original);
          return { record, stamp, trust: trustOf(record, version), covered: false, staleUntil };
        }
      }
      const trust =
        record && !isCovered && (landed > 0 || now() < record.expires) ? trustOf(record, version) : undefined;
      if (record && trust !== undefined) {
        if (trust === "exact" || trust === "known") return { record, stamp, trust, covered: false };
        if (record.order > seen) return { ...this.#learn(record, version ?? ""), stamp, covered: false };
        // The flight that could have confirmed the version brought nothing.
        if (asked) return unconfirmed(record, stamp, trust);
      }
      const joined = this.#running(original);
      // Only a flight of one's own is paid for: whoever comes for the same version joins it.
      if (!joined && record && trust !== undefined && !this.#budget.take(key)) {
        return unconfirmed(record, stamp, trust);
      }
      const flight = joined ?? this.#start(original, false, wanted);
      flight.wanted = moreOf(flight.wanted, wanted);
      asked = flight.order > seen;
      await (isPatient ? flight.landed : landing(flight, original));
    }
    throw new ServerError("ORIGIN_BROKEN");
  }

  async #readAnew(original: Original, version: string | undefined, wanted: Wanted): Promise<Current> {
    const { coverage, records } = this.#parts;
    const seen = this.#order;
    this.#known.set(original.recordKey, original);
    for (let landed = 0; landed < MOST_FLIGHTS; landed += 1) {
      this.#parts.admit?.(original);
      const record = records.peek(original.recordKey);
      if (record && record.order > seen) {
        const stamp = Math.min(record.stamp, coverage.applied);
        return { record, stamp, trust: trustOf(record, version), covered: true };
      }
      const running = this.#flights.get(original.recordKey);
      // One in flight is waited for, not joined: those who wait then share the next one.
      const flight = running ?? this.#start(original, true, moreOf(wanted, "picture"));
      await landing(flight, original);
      if (flight.order > seen && (records.peek(original.recordKey)?.order ?? 0) < flight.order) break;
    }
    throw new ServerError("ORIGIN_BROKEN");
  }

  /** Asks the origin anew, past its caches, whatever the record says, and answers the record that stands then. */
  async reread(original: Original): Promise<OriginalRecord | undefined> {
    const { records } = this.#parts;
    const known = records.peek(original.recordKey);
    // Read as far as it was before, so that the two can be compared.
    const isSpared = known !== undefined && isUnread(known, "picture");
    await this.#start(original, true, isSpared ? "renderable" : "picture").landed;
    return records.peek(original.recordKey);
  }

  /** Brings bytes back that were evicted: the origin is asked anew, once for everyone who misses them. */
  async refill(original: Original): Promise<void> {
    await landing(this.#running(original) ?? this.#start(original, true), original);
  }

  /**
   * Whole seconds for which answers from a record may be kept that an old cache gave, that stands in for its origin or, with `staleUntil`,
   * that its origin is being asked about; undefined for any other.
   */
  secondsOfDoubt(record: OriginalRecord, staleUntil?: number): number | undefined {
    if (staleUntil !== undefined) {
      const left = Math.floor((staleUntil - this.#parts.now()) / 1_000);
      return Math.min(REVALIDATING_SECONDS, Math.max(0, left));
    }
    return record.doubtful || record.stale
      ? Math.max(0, Math.floor((record.expires - this.#parts.now()) / 1_000))
      : undefined;
  }

  /** Asks the origin about a record that expired; nobody waits for it, so that nobody is told if it fails. */
  #revalidate(original: Original): void {
    const flight = this.#running(original) ?? this.#start(original, false);
    flight.landed.catch(() => {});
  }

  /** The flight that may be joined now: one stamped after every invalidation of the original that was heard of. */
  #running({ recordKey, identity }: Original): Flight | undefined {
    const running = this.#flights.get(recordKey);
    return running && running.stamp >= this.#parts.coverage.floor(identity) ? running : undefined;
  }

  #start(original: Original, fresh: boolean, wanted: Wanted = "picture"): Flight {
    const { coverage, records } = this.#parts;
    // Read before the origin is asked: an invalidation that arrives from here on is newer than what comes back.
    const stamp = coverage.applied;
    this.#parts.admit?.(original);
    this.#order += 1;
    const order = this.#order;
    const spool = videoSpool(original, this.#parts.bytes, RECENT_BYTES);
    const flight: Flight = {
      stamp,
      order,
      isLong: spool !== undefined,
      wanted: isFile(records.peek(original.recordKey)) ? "file" : wanted,
      landed: this.#fetch(original, { caller: fresh, stamp, order, spool }, () => flight.wanted).finally(
        () => {
          if (this.#flights.get(original.recordKey) === flight) this.#flights.delete(original.recordKey);
        },
      ),
    };
    this.#flights.set(original.recordKey, flight);
    return flight;
  }

  async #fetch(
    original: Original,
    {
      caller,
      stamp,
      order,
      spool,
    }: {
      readonly caller: boolean;
      readonly stamp: number;
      readonly order: number;
      readonly spool: Spool | undefined;
    },
    wanted: () => Wanted,
  ): Promise<void> {
    const { source, coverage, records, inspect, now, onFetch } = this.#parts;
    const floor = coverage.floorOf(original.identity);
    const at = now();
    const known = records.peek(original.recordKey);
    // An invalidation leads to unconditional requests until one brings bytes that no old cache gave: validators are what a
    // lying origin would confirm.
    const settled = known?.outcome.kind === "bytes" && !known.doubtful ? known.stamp : 0;
    const fresh = caller || floor.sequence > settled;
    const confirmed =
      !fresh && known?.outcome.kind === "bytes" && this.bytes.holds(known.outcome.digest) ? known : undefined;
    const request = {
      policy: original.policy,
      fresh,
      ...(spool && { spool }),
      ...(confirmed ? { validators: confirmed.validators } : {}),
      ...(inspect && { inspect: sparing(inspectFor(original, inspect), wanted) }),
      mayBeEmpty: () => wanted() === "file",
    };
    // A cache of the origin's may go by the version in the URL alone, whatever the headers of a request ask for.
    const { versionParameter } = original.project.origins ?? {};
    const again = { isAgain: known !== undefined, floor: floor.sequence };
    const location = pastSeenVersions(original.location, versionParameter, again);
    const begun = performance.now();
    const { result: fetched, times } = await timed(() =>
      source
        .fetch(location, request, AbortSignal.timeout(longestFlight(original, spool)))
        .then((answer) => (answer.kind === "unchanged" && !confirmed ? UNASKED_304 : answer))
        .catch((): Fetched => ({ kind: "refused", code: "ORIGIN_SLOW", reason: "no answer in time" })),
    );
    onFetch?.(original, fetched, { milliseconds: performance.now() - begun, times });
    const answered = await this.#settle(fetched);
    const asking = { original, stamp, order, at, floor, confirmed };
    const before = records.peek(original.recordKey);
    const next = nextRecord(asking, answered, before, now());
    if (!next) return;
    // A visitor's address is part of the key of what was read for him: it is nothing to be kept. An error is nothing that a restart reads,
    // so it goes to the disk only in place of something.
    const isFleeting = original.isForOne || (next.outcome.kind === "error" && !before);
    records.put(next, coverage.floor(original.identity), isFleeting);
  }

  /** Keeps what was found. */
  async #settle(fetched: Fetched): Promise<Answered> {
    if (fetched.kind === "found") return { ...fetched, outcome: await this.#keep(fetched) };
    if (fetched.kind !== "spooled") return fetched;
    const { body, size, beginning } = fetched.spooled;
    const digest = body.digest();
    if (!(await body.keep(digest))) return noRoom();
    const mediaType = readMediaType(fetched.contentType);
    const outcome = {
      ...{ kind: "bytes" as const, digest, size, facts: undefined, video: sniffVideo(beginning) },
      ...(mediaType && { mediaType }),
    };
    return { ...fetched, kind: "found", outcome };
  }

  async #keep(found: Extract<Fetched, { kind: "found" }>): Promise<Outcome> {
    const { bytes } = found;
    const digest = found.digest ?? (await digestOf(bytes));
    const facts = found.facts ?? (await this.#parts.readFacts(bytes));
    const video = facts ? undefined : sniffVideo(bytes);
    const size = bytes.length;
    await this.bytes.keep(digest, bytes);
    const mediaType = readMediaType(found.contentType);
    return {
      ...{ kind: "bytes", digest, size, facts },
      ...(video && { video }),
      ...(mediaType && { mediaType }),
    };
  }

  #learn(record: OriginalRecord, version: string): { record: OriginalRecord; trust: VersionTrust } {
    if (isContentVersion(version)) return { record, trust: "unmatched" };
    const versions = [version, ...record.versions].slice(0, REMEMBERED);
    return { record: this.#parts.records.amend(record, versions), trust: "known" };
  }
}

/** Milliseconds: twice the origin's time, as often as it may begin anew. */
function longestFlight({ policy }: Original, spool: Spool | undefined): number {
  return policy.timeoutMs * 2 * (spool ? Math.ceil(spool.maxBytes / spool.from) : 1);
}

/**
 * Waits for a flight, but no longer than for one of an ordinary original: a large video comes all the same, and whoever asks again joins it.
 * Making an answer must end in a time that invalidations reckon with.
 * @throws ServerError ORIGIN_SLOW.
 */
async function landing({ landed, isLong }: Flight, { policy }: Original): Promise<void> {
  if (!isLong) return landed;
  const over = new AbortController();
  const late = rest(policy.timeoutMs * 2, undefined, { signal: over.signal }).then(() => {
    throw new ServerError("ORIGIN_SLOW");
  });
  await Promise.race([landed, late]).finally(() => over.abort());
}

/** In the thread pool: hashing megabytes at once would hold up everyone's hits. */
async function digestOf(bytes: Uint8Array): Promise<string> {
  // No source gives shared memory.
  const whole = bytes as Uint8Array<ArrayBuffer>;
  return Buffer.from(await crypto.subtle.digest("SHA-256", whole)).toString("hex");
}

/** Where a video may be, one is read to its end like a picture. */
function inspectFor({ name }: Original, inspect: Inspect): Inspect {
  if (!isVideoPath(name)) return inspect;
  return async (beginning) => (sniffVideo(beginning) ? "enough" : inspect(beginning));
}

/**
 * A record under a version that nobody could confirm.
 * @throws ServerError for one that only stands in for its origin: whoever asks for something new is not given something expired.
 */
function unconfirmed(record: OriginalRecord, stamp: number, trust: VersionTrust): Current {
  if (record.stale) throw new ServerError(record.stale.code);
  return { record, stamp, trust, covered: false };
}
