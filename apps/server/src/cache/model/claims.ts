import { isContentVersion, versionOfDigest } from "@freshet/core";
import { lifetimeAtNode } from "./edge.ts";
import type { Served } from "./instance.ts";
import type { Origin, Reading } from "./origin.ts";
import type { Schedule } from "./schedule.ts";

/** Milliseconds that an answer older than its invalidation may live, when the origin itself gave it through an old cache. */
const DOUBTFUL_MS = 5_000;
/** Milliseconds that a record needs no look at its origin, and that it may stand in for one that fails, as the model's project says. */
const REVALIDATED_MS = 100_000;
const STANDS_IN_MS = 5_000;
/** Milliseconds that an expired record may answer while its origin is asked, and seconds that caches may keep such an answer. */
const WHILE_ASKED_MS = 8_000;
const STALE_SECONDS = 1;
/** Seconds that they may keep one that stands in. */
const STANDING_IN_SECONDS = 5;
/** Seconds that an answer may live under a content version of bytes nobody ever saw. */
const UNMATCHED_SECONDS = 10;

/** One request of a visitor. */
export interface Question {
  readonly key: string;
  readonly path: string;
  readonly version: string | undefined;
  /** 0 and 1 are nodes, 2 is the server itself. */
  readonly at: number;
  readonly target: string;
  readonly wish: number;
  readonly begun: number;
  readonly begunAt: number;
}

interface Invalidation {
  readonly sequence: number;
  /** Path → revisions that the origin had shown of it when the invalidation was accepted. */
  readonly revisions: ReadonlyMap<string, number>;
  applied?: number;
  appliedAt?: number;
  /** When each node acknowledged first. */
  readonly acknowledged: Map<number, number>;
}

/** A claim that does not hold. */
export class Broken extends Error {}

/** What the protocol promises, checked against the log of everything that happened. */
export class Claims {
  readonly #schedule: Schedule;
  readonly #origin: Origin;
  readonly #invalidations: Invalidation[] = [];
  readonly #open = new Set<Question>();
  readonly #etags = new Map<string, string>();
  /** When a version was first asked for at the server, by record and version. */
  readonly #firstSeen = new Map<string, number>();
  #started = 0;
  #failure: Broken | undefined;

  constructor(schedule: Schedule, origin: Origin) {
    this.#schedule = schedule;
    this.#origin = origin;
  }

  /** A process began; what the one before had not written to its disk is forgotten. */
  started(): void {
    this.#started = this.#schedule.event("the instance starts");
  }

  accepted(sequence: number, paths: readonly string[]): void {
    this.#schedule.event(`accepted ${sequence}: ${paths.join(" ")}`);
    const revisions = new Map(paths.map((path) => [path, this.#origin.revisions(path)]));
    this.#invalidations.push({ sequence, revisions, acknowledged: new Map() });
  }

  applied(sequence: number): void {
    const invalidation = this.#invalidations.find((each) => each.sequence === sequence);
    if (!invalidation || invalidation.applied !== undefined) return;
    invalidation.applied = this.#schedule.event(`applied ${sequence}`);
    invalidation.appliedAt = this.#schedule.now;
  }

  acknowledged(sequence: number, at: number): void {
    const { acknowledged } = this.#invalidations.find((each) => each.sequence === sequence) ?? {};
    if (acknowledged && !acknowledged.has(at)) {
      acknowledged.set(at, this.#schedule.event(`node ${at} acknowledges ${sequence}`));
    }
  }

  ask(question: Omit<Question, "begun" | "begunAt">): Question {
    const begun = this.#schedule.event(`GET ${question.target} at ${question.at}, wish ${question.wish}`);
    const asked = { ...question, begun, begunAt: this.#schedule.now };
    const seen = `${question.key} ${question.version}`;
    if (!this.#firstSeen.has(seen)) this.#firstSeen.set(seen, begun);
    this.#open.add(asked);
    return asked;
  }

  /** The entity tag that a visitor got who asked for the same before. */
  etagOf({ target, wish }: Question): string | undefined {
    return this.#etags.get(`${target} ${wish}`);
  }

  /** The origin is asked: past every cache as long as an invalidation was not answered, and never twice for one thing. */
  asksOrigin(reading: Reading, isInsisting: boolean): void {
    const newest = this.#newest(reading.path, (each) => each.applied);
    const { readings } = this.#origin;
    const since = newest?.applied ?? 0;
    const isDone = readings.some(
      (each) =>
        each.key === reading.key &&
        each.sent > since &&
        each.landed !== undefined &&
        (each.result === "found" || each.result === "missing") &&
        (each.copiedAt === undefined || each.copiedAt >= (newest?.appliedAt ?? 0)),
    );
    if (newest && !isDone && !reading.isUnconditional) {
      this.#fail(
        `5: a conditional request before the origin itself has answered invalidation ${newest.sequence}`,
      );
    }
    const last = readings.findLast((each) => each.key === reading.key && each.life === reading.life);
    if (!isInsisting && last && last.landed === undefined && last.sent > since) {
      this.#fail(`4: the origin is asked twice for ${reading.key} at the same time`);
    }
  }

  answered(question: Question, served: Served, isHit: boolean): void {
    this.#schedule.event(
      `answer to ${question.begun}: ${served.kind} ${served.picture?.index ?? served.code} ${isHit ? "hit" : ""}`,
    );
    this.#open.delete(question);
    if (served.kind === "lost") return;
    if (served.kind !== "error") {
      this.#etags.set(`${question.target} ${question.wish}`, served.etag);
      this.#lifetimes(question, served);
      if (question.at === 2) this.#ages(question, served);
    }
    this.#fresh(question, served);
  }

  nobodyWaits(): void {
    for (const { target, begun } of this.#open) this.#fail(`4: ${target} (${begun}) is never answered`);
    if (this.#failure) throw this.#failure;
  }

  staysCached(served: Served, isHit: boolean, where: string): void {
    if (served.kind === "bytes" && !isHit) this.#fail(`4: an untouched original is not cached at ${where}`);
  }

  isCurrent(path: string, served: Served): void {
    const current = this.#origin.shows(path);
    const isIt = current ? served.picture === current : served.code === "ORIGINAL_MISSING";
    if (!isIt) this.#fail(`1: all is quiet, and ${path} is ${served.picture?.index ?? served.code}`);
  }

  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Nothing older than the invalidations its request could have heard of, nor than what the instance had read before. */
  #fresh(question: Question, served: Served): void {
    const { key, path, at, begun, begunAt } = question;
    const { readings } = this.#origin;
    const { picture } = served;
    const heard = this.#newest(path, (each) => {
      const moment = at === 2 ? each.applied : each.acknowledged.get(at);
      return moment !== undefined && moment < begun ? moment : undefined;
    });
    const since = heard?.applied ?? 0;
    const sources = readings.filter(
      (each) =>
        each.key === key && each.landed !== undefined && each.landed < served.made && each.sent > since,
    );
    if (served.kind === "error") {
      const isMissing = served.code === "ORIGINAL_MISSING";
      const isTrue = sources.some(({ result }) => (isMissing ? result === "missing" : result !== "found"));
      if (!isTrue)
        this.#fail(`3: ${served.code} for ${begun}, which no reading since ${heard?.sequence} gave`);
      return;
    }
    if (!picture) {
      this.#fail(`1: ${begun} got bytes that nobody published`);
      return;
    }
    if (!sources.some((each) => each.result === "found" && each.picture === picture)) {
      this.#fail(`3: ${begun} got ${picture.index}, read before invalidation ${heard?.sequence} was applied`);
    }
    if (at === 2) this.#inOrder(question, served);
    const revision = (heard?.revisions.get(path) ?? 1) - 1;
    if (this.#origin.hadSince(path, revision, picture)) return;
    const isExcused = sources.some(
      (each) =>
        each.picture === picture &&
        each.copiedAt !== undefined &&
        begunAt <= (each.landedAt ?? 0) + DOUBTFUL_MS,
    );
    if (!isExcused)
      this.#fail(`1: ${begun} got ${picture.index}, older than invalidation ${heard?.sequence}`);
  }

  /** The server never goes back behind a reading that had landed before the request began. */
  #inOrder({ key, path, begun }: Question, { made, picture }: Served): void {
    const readings = this.#origin.readings.filter((each) => each.key === key && each.sent > this.#started);
    const isRead = ({ result }: Reading) => result === "found" || result === "missing";
    const known = readings.findLast(
      (each) => (each.landed ?? begun) < begun && isRead(each) && each.copiedAt === undefined,
    );
    if (!known) return;
    // A later reading counts, unless it is a copy from before the newest invalidation and the known one was made after it.
    const newest = this.#newest(path, ({ applied }) => applied);
    const oldest = known.sent > (newest?.applied ?? 0) ? (newest?.appliedAt ?? 0) : 0;
    const isTrue = readings.some(
      (each) =>
        each.sent >= known.sent &&
        (each.landed ?? made) < made &&
        each.picture === picture &&
        (each.copiedAt ?? oldest) >= oldest,
    );
    if (!isTrue) this.#fail(`3: ${begun} got ${picture?.index}, though reading ${known.sent} is newer`);
  }

  #lifetimes({ key, version, begunAt, begun }: Question, served: Served): void {
    const browser = served.head.get("cache-control") ?? "";
    const seconds = Math.max(
      lifetimeAtNode({ ...served, kind: "bytes" }),
      Number(/max-age=(\d+)/.exec(browser)?.[1] ?? 0),
    );
    const isOwn =
      version !== undefined && served.picture && versionOfDigest(served.picture.digest) === version;
    if (browser.includes("immutable") && !isOwn) this.#fail(`2: ${begun} is immutable under ${version}`);
    if (version === undefined || isOwn || seconds === 0) return;
    const landed = this.#origin.readings.filter(
      (each) => each.key === key && (each.landed ?? Number.POSITIVE_INFINITY) < served.made,
    );
    if (isContentVersion(version)) {
      const isFormer = landed.some(({ picture }) => picture && versionOfDigest(picture.digest) === version);
      const isShort = seconds <= UNMATCHED_SECONDS && begunAt - served.madeAt <= UNMATCHED_SECONDS * 1_000;
      if (!isFormer && !isShort)
        this.#fail(`2: ${begun} lives ${seconds} s under the version of other bytes`);
      return;
    }
    const seen = this.#firstSeen.get(`${key} ${version}`) ?? 0;
    if (!landed.some((each) => each.sent > seen && each.picture === served.picture)) {
      this.#fail(`2: ${begun} may be kept under ${version}, which nobody confirmed`);
    }
  }

  /**
   * Nothing expired stands in for a failing origin, or answers while it is asked, longer than the project allows, nor for caches longer
   * than seconds; and nothing at all under a version that nobody confirmed.
   */
  #ages({ key, version, begunAt, begun }: Question, { made, picture, head }: Served): void {
    const landed = this.#origin.readings.filter(
      (each) => each.key === key && (each.landed ?? Number.POSITIVE_INFINITY) < made,
    );
    const seen = this.#firstSeen.get(`${key} ${version}`) ?? 0;
    const isKnown =
      version === undefined ||
      landed.some((each) =>
        isContentVersion(version)
          ? each.picture && versionOfDigest(each.picture.digest) === version
          : each.sent > seen && each.picture === picture,
      );
    const said = landed.filter(({ result }) => result === "found" || result === "unchanged");
    const age = begunAt - Math.max(0, ...said.map(({ landedAt = 0 }) => landedAt));
    const expired = begunAt - age + REVALIDATED_MS;
    // Those of an earlier life too: the record that stands in was written down with the failure.
    const failures = landed.filter(({ result, landedAt = 0 }) => result === "refused" && landedAt >= expired);
    const hasFailed = failures.some((each) => (each.landed ?? begun) < begun);
    const most = REVALIDATED_MS + (hasFailed ? STANDS_IN_MS : WHILE_ASKED_MS);
    if (age > most) this.#fail(`6: ${begun} got what the origin said ${age} ms ago`);
    const seconds = Number(/max-age=(\d+)/.exec(head.get("cache-control") ?? "")?.[1] ?? 0);
    if (age > REVALIDATED_MS && seconds > (failures.length > 0 ? STANDING_IN_SECONDS : STALE_SECONDS))
      this.#fail(`6: ${begun} may be kept for ${seconds} s, though it expired`);
    if (!isKnown && age > REVALIDATED_MS) this.#fail(`6: ${begun} got something expired under ${version}`);
  }

  #newest(path: string, moment: (each: Invalidation) => number | undefined): Invalidation | undefined {
    return this.#invalidations.findLast((each) => each.revisions.has(path) && moment(each) !== undefined);
  }

  #fail(claim: string): void {
    this.#failure ??= new Broken(claim);
  }
}
