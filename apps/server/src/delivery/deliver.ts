import { isProxied } from "@freshet/core";
import { CUTOUT_MASK, isRenderError } from "@freshet/core/resize";
import type { Answer, Answers } from "../cache/answers.ts";
import type { Coverage } from "../cache/coverage.ts";
import { type Head, Heads } from "../cache/heads.ts";
import type { Improvement } from "../cache/improvement.ts";
import type { Improvements } from "../cache/improvements.ts";
import type { LentAnswer } from "../cache/lent-answer.ts";
import type { Originals } from "../cache/originals.ts";
import { OWN_ROOMS, type Rooms } from "../cache/rooms.ts";
import type { Made, Variants } from "../cache/variants.ts";
import type { Kept } from "../cache/wire.ts";
import type { Cutouts } from "../cutouts/cutouts.ts";
import { ServerError } from "../errors.ts";
import type { Standing } from "../instances/admission.ts";
import type { Videos } from "../video/videos.ts";
import { acceptClass } from "./accept.ts";
import { Answering, type AnsweringParts } from "./answering.ts";
import { heldOf, isLastWord, type Two, twoOf } from "./better.ts";
import {
  type Choice,
  choose,
  etagOf,
  formatOf,
  insteadOf,
  type Rendering,
  type Wish,
  wantedOf,
} from "./choice.ts";
import { drawingOf } from "./drawing.ts";
import { encodedBytes } from "./encoded.ts";
import { type FileBody, MOST_HELD } from "./file-body.ts";
import { aboutOf, infoHeader, infoText } from "./info.ts";
import { isLeftAsItIs, minifiedBytes } from "./minified.ts";
import { seeVideo } from "./moving.ts";
import { removalOf } from "./removal.ts";
import type { DeliveryRequest } from "./request.ts";
import { currentOfAll, type Sources } from "./sources.ts";

/** Originals may be evicted between record and render; after so many tries the origin counts as broken. */
const MOST_TRIES = 3;

const NOTHING = new Uint8Array(0);

/** What is kept on the disk under the key of the choice. */
const MADE: ReadonlySet<Choice["kind"]> = new Set(["variant", "minified", "encoded"]);

/** An answer ready to be written, and under which number. */
export interface Delivered {
  readonly answer: Answer;
  readonly stamp: number;
  /** For `Cache-Status` (RFC 9211). */
  readonly from: "memory" | "disk" | "shared" | "rendered" | "original" | "unmodified";
  /** Seconds since one of its sources expired, where it is made of what was known then. */
  readonly staleFor?: number;
}

/** Bytes of a choice, and whence. */
interface Found {
  readonly bytes: Uint8Array;
  readonly from: Exclude<Delivered["from"], "memory" | "unmodified">;
  /** There was no room for better: the next who asks tries again. */
  readonly isForNow?: true;
}

/** What is sent in the end, and whether only for now; without bytes those of the original are gone. */
interface Settled extends Pick<Found, "isForNow"> {
  readonly choice: Choice;
  readonly found: Found | undefined;
}

/** What of a wish decides whether a finished answer is the one to give. */
type Asking = Partial<Pick<Wish, "ifNoneMatch" | "patience">>;

/** What `Delivery` is built from. */
export interface DeliveryParts extends AnsweringParts {
  readonly originals: Originals;
  readonly variants: Variants;
  readonly answers: Answers;
  readonly coverage: Coverage;
  /** Absent: of videos nothing is made. */
  readonly videos?: Videos;
  /** Absent: the first answer is the last. */
  readonly improvements?: Pick<Improvements, "of" | "bytesOf">;
  /** Absent: no background is removed. */
  readonly cutouts?: Pick<Cutouts, "of" | "bytesOf">;
}

/**
 * The walk of one image: record (asked anew where it must be) → transformation and format → variant by content address → answer.
 * No step looks back, except that a covered or evicted original is asked for again.
 */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #answering: Answering;
  readonly #heads = new Heads();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#answering = new Answering(parts);
  }

  /** The answer of the memory tier, if the records of all its sources still say the same. */
  hit(request: DeliveryRequest, memoryKey: string, asking: Asking = {}): Delivered | undefined {
    const answer = this.#parts.answers.get(memoryKey);
    const stamp = answer && this.stampOf(request, answer, asking);
    return answer && stamp !== undefined ? { answer, stamp, from: "memory" } : undefined;
  }

  /** The answer that memory has no more, with its body from the disk, where that takes no waiting. */
  revive(request: DeliveryRequest, memoryKey: string, asking: Asking = {}): Delivered | undefined {
    const lent = this.lend(request, memoryKey, OWN_ROOMS, asking);
    if (!lent) return undefined;
    const { head, stamp, kept } = lent;
    const answer = kept?.answer ?? { ...head.answer, body: bodyOf(lent) };
    return { answer, stamp, from: "disk" };
  }

  /** The same for whoever sends it himself and at once: its body stands in one of the rooms. Memory is given it again where it is worth it. */
  lend(
    request: DeliveryRequest,
    memoryKey: string,
    rooms: Rooms,
    asking: Asking = {},
  ): LentAnswer | undefined {
    const head = this.#heads.get(memoryKey);
    const stamp = head && this.stampOf(request, head.answer, asking);
    if (!head || stamp === undefined) return undefined;
    const { answers, variants } = this.#parts;
    const isForMemory = this.#heads.isForMemory(head, answers.size);
    const read = variants.readNow(head.variant, head.front, isForMemory ? OWN_ROOMS : rooms);
    if (!read) return undefined;
    const { room, length } = read;
    const kept = isForMemory ? this.#keep(memoryKey, head, read) : undefined;
    return { head, stamp, room, length, kept };
  }

  /** What was read lies where it is sent from. */
  #keep(memoryKey: string, head: Head, read: Pick<LentAnswer, "room" | "length">): Kept | undefined {
    const answer = { ...head.answer, body: bodyOf({ head, ...read }) };
    // The file has a footer behind its bytes.
    const room = read.room.subarray(0, head.front + read.length);
    const kept = this.#parts.answers.set(memoryKey, answer, room);
    if (!kept) head.isTooLarge = true;
    return kept;
  }

  /**
   * The number under which a finished answer may be given now; undefined when it may not: other settings, an invalidation that
   * covers it, a record that says something else or has to be asked for, a background that was removed meanwhile, or a better answer for
   * whoever asks.
   */
  stampOf(
    { project, sources, url }: DeliveryRequest,
    answer: Answer,
    { ifNoneMatch, patience }: Asking = {},
  ): number | undefined {
    if (answer.project !== project) return undefined;
    const { coverage, originals } = this.#parts;
    let generation = 0;
    for (const { identity } of sources) generation = Math.max(generation, coverage.floor(identity));
    if (generation !== answer.generation) return undefined;
    let stamp = Number.POSITIVE_INFINITY;
    let place = 0;
    for (const source of sources) {
      const current = originals.peek(source, place === 0 ? url.version : undefined);
      if (current?.record.outcome.kind !== "bytes") return undefined;
      if (current.record.outcome.digest !== answer.digests[place]) return undefined;
      const { mediaType = "" } = current.record.outcome;
      if (place === 0 && answer.said !== undefined && answer.said !== mediaType) return undefined;
      stamp = Math.min(stamp, current.stamp);
      place += 1;
    }
    const { improvement, awaits, etag } = answer;
    if (awaits && awaits.state !== "waiting") return undefined;
    const asking = { ifNoneMatch, isForNobody: patience !== undefined };
    if (improvement && !isLastWord(improvement, etag, asking)) return undefined;
    return stamp;
  }

  /**
   * The answer for a request that memory cannot serve.
   * @throws ServerError or RenderError for what is answered with a placeholder.
   */
  async deliver(
    request: DeliveryRequest,
    wish: Wish,
    memoryKey: string,
    standing: Standing = "current",
  ): Promise<Delivered> {
    for (let tries = 1; ; tries += 1) {
      const { version } = request.url;
      const how = { isPatient: wish.patience !== undefined, wanted: wantedOf(request) };
      const current = await currentOfAll(this.#parts.originals, request.sources, version, standing, how);
      const common = { stamp: current.stamp, ...this.#stalenessOf(current) };
      const isFilm = current.video !== undefined && !isProxied(request.url.transformation);
      const given = isFilm ? await this.#see(request, current, wish, memoryKey) : current;
      if (given && "answer" in given) return { ...given, ...common };
      if (!given) {
        await this.#leadBack(tries, request, current);
        continue;
      }
      const sources: Sources = given;
      const { digests, facts, poster } = sources;
      // A poster is no original: nobody keeps what its subject is.
      const cutouts = poster ? undefined : this.#parts.cutouts;
      const picture = facts && { digest: digests[0], facts };
      const removal = picture && (await removalOf(request, picture, cutouts, wish.patience));
      let choice = choose(request, wish, sources, removal?.mask);
      const info = await this.#infoOf(request, sources, choice, wish);
      if (info?.text) {
        const { answer, keep } = this.#answering.compose(request, current, choice, info.text, {});
        if (keep) this.#parts.answers.set(memoryKey, answer);
        return { answer, ...common, from: info.from };
      }
      // What is not the last word is not worth to be improved.
      const two = poster || removal?.awaits ? undefined : await this.#twoOf(request, choice);
      const held = heldOf(wish.ifNoneMatch, choice, two);
      if (held) {
        const { answer } = this.#answering.compose(request, current, held, NOTHING, {
          info: info?.header?.(held),
          first: held === choice ? this.#firstOf(two, wish) : undefined,
          removal,
        });
        return { answer, ...common, from: "unmodified" };
      }
      const file = choice.kind === "file" ? await this.#fileOf(sources) : undefined;
      if (file) {
        const { answer } = this.#answering.compose(request, current, choice, NOTHING, {});
        return { answer: { ...answer, file }, ...common, from: "original" };
      }
      const better = await this.#betterOf(two);
      if (two && better) choice = two.better;
      const settled: Settled = better ? { choice, found: better } : await this.#settle(choice, sources, wish);
      const { found } = settled;
      choice = settled.choice;
      if (found) {
        // Of many who waited for the same, the first has finished it.
        const finished = standing === "current" ? this.hit(request, memoryKey, wish)?.answer : undefined;
        if (finished?.etag === etagOf(choice)) return { answer: finished, ...common, from: found.from };
        const answer = this.#answering.compose(request, current, choice, found.bytes, {
          info: info?.header?.(choice),
          first: better ? undefined : this.#firstOf(two, wish),
          removal,
        });
        const isKept = answer.keep && !settled.isForNow;
        if (isKept) this.#parts.answers.set(memoryKey, answer.answer);
        if (isKept && MADE.has(choice.kind)) this.#heads.set(memoryKey, answer.answer, choice.key);
        return { answer: answer.answer, ...common, from: found.from };
      }
      await this.#leadBack(tries, request, current);
    }
  }

  /** What a video leads to: an answer, a picture that stands for it, or undefined where its bytes are gone. */
  async #see(request: DeliveryRequest, found: Sources, wish: Wish, memoryKey: string) {
    const seen = await seeVideo({ ...this.#parts, videos: this.#parts.videos }, request, found, wish);
    if (seen.kind === "gone") return undefined;
    if (seen.kind === "picture") return seen.sources;
    if (seen.kind === "working") {
      return { answer: this.#answering.working(request, found, seen.progress), from: "rendered" as const };
    }
    const { film, bytes, file, from, ignored } = seen;
    const { answer, keep } = this.#answering.compose(request, found, film, bytes, { ignored });
    if (file) return { answer: { ...answer, file }, from };
    if (keep && bytes.length > 0) this.#parts.answers.set(memoryKey, answer);
    return { answer, from };
  }

  /** Bytes were evicted: their origin is asked again, and the record follows what it gives now. */
  async #leadBack(tries: number, request: DeliveryRequest, found: Sources): Promise<void> {
    if (tries === MOST_TRIES) throw new ServerError("ORIGIN_BROKEN");
    await this.#refill(request, found);
  }

  #stalenessOf({ expired }: Sources): Pick<Delivered, "staleFor"> {
    if (expired === undefined) return {};
    return { staleFor: Math.max(1, Math.ceil(((this.#parts.now ?? Date.now)() - expired) / 1_000)) };
  }

  /** Where the bytes of an original are that is better not held. */
  async #fileOf({ digests: [digest], size }: Sources): Promise<FileBody | undefined> {
    return size > MOST_HELD ? await this.#parts.originals.bytes.locate(digest) : undefined;
  }

  async #refill({ sources }: DeliveryRequest, found: Sources): Promise<void> {
    const { originals } = this.#parts;
    await Promise.all(
      sources.map(async (source, place) => {
        const file = place === 0 ? await this.#fileOf(found) : undefined;
        const kept = file ?? (await originals.bytes.get(found.digests[place] ?? ""));
        if (!kept) await originals.refill(source);
      }),
    );
  }

  /** The bytes of the choice or, where they say that it is better not made, of what is sent instead. */
  async #settle(choice: Choice, sources: Sources, wish: Wish): Promise<Settled> {
    const found = await this.#bytesOf(choice, sources, wish);
    const instead = found ? insteadOf(choice, found.bytes) : choice;
    if (!found || instead === choice) return { choice, found };
    const settled = await this.#settle(instead, sources, wish);
    return found.isForNow ? { ...settled, isForNow: true } : settled;
  }

  async #bytesOf(choice: Choice, sources: Sources, wish: Wish): Promise<Found | undefined> {
    const { size, digests } = sources;
    const { patience, turn, onRender } = wish;
    const [digest] = digests;
    const { variants } = this.#parts;
    const bytesOf = this.#reading(sources, choice);
    if (choice.kind === "variant") {
      const told = onRender && ((made: Made) => onRender(renderingOf(choice, made, size)));
      return variants.get(choice.key, choice.request, bytesOf, { patience, turn, told });
    }
    if (choice.kind === "drawing")
      return drawingOf(variants, { key: choice.key, digest, bytesOf, patience, turn });
    if (choice.kind === "minified")
      return minifiedBytes(variants, choice, { digest, bytesOf, patience, turn });
    if (choice.kind === "encoded") {
      const text = choice.of.kind === "minified" ? await this.#bytesOf(choice.of, sources, wish) : undefined;
      if (text && isLeftAsItIs(text.bytes)) return text;
      return encodedBytes(variants, choice, { digest, bytesOf, patience, turn }, size, text?.bytes);
    }
    const bytes = await bytesOf(digest);
    return bytes && { bytes, from: "original" as const };
  }

  /** Where bytes are found by their digest: a poster stands for its video under a name of its own, and masks are kept by who made them. */
  #reading({ digests: [digest], poster }: Sources, choice?: Choice) {
    const { originals, cutouts } = this.#parts;
    const further = choice?.kind === "variant" ? choice.request.further : [];
    const mask = further.find(({ image }) => image === CUTOUT_MASK)?.digest;
    return async (wanted: string, until?: Promise<unknown>) => {
      if (poster && wanted === digest) return await poster.bytes();
      return await (wanted === mask ? cutouts?.bytesOf(wanted) : originals.bytes.get(wanted, until));
    };
  }

  /** Undefined where the first answer is the last. */
  async #twoOf({ project }: DeliveryRequest, choice: Choice): Promise<Two | undefined> {
    if (choice.kind !== "variant" || project.improve === false) return undefined;
    return twoOf(choice, await this.#parts.improvements?.of(choice.key, choice.request));
  }

  async #betterOf(two: Two | undefined) {
    return two?.improvement.state === "better"
      ? this.#parts.improvements?.bytesOf(two.improvement)
      : undefined;
  }

  /** The first answer is given: it counts as asked for, unless nobody waits for it. */
  #firstOf(two: Two | undefined, { patience }: Wish): Improvement | undefined {
    if (!patience) two?.improvement.ask();
    return two?.improvement;
  }

  /** What `ci_info` asks for. Where the original's bytes are gone, they are brought back. */
  async #infoOf(request: DeliveryRequest, sources: Sources, choice: Choice, { patience, turn }: Wish) {
    const { facts } = sources;
    if (request.info === undefined || !facts) return undefined;
    const { originals, variants } = this.#parts;
    const [digest] = sources.digests;
    const bytesOf = this.#reading(sources);
    const look = () => aboutOf(variants, { digest, facts, bytesOf, patience, turn });
    let found = await look();
    if (!found) {
      await originals.refill(request.original);
      found = await look();
    }
    if (!found) throw new ServerError("ORIGIN_BROKEN");
    const { about, from } = found;
    if (request.info === "header") return { header: (of: Choice) => infoHeader(about, of), from };
    return { text: infoText(about, choice, { digest, remarks: request.url.remarks }), from };
  }
}

const bodyOf = ({ head: { front }, room, length }: Pick<LentAnswer, "head" | "room" | "length">) =>
  room.subarray(front, front + length);

function renderingOf(choice: Extract<Choice, { kind: "variant" }>, made: Made, bytesIn: number): Rendering {
  const { milliseconds } = made;
  if ("error" in made) {
    return { format: choice.request.format, milliseconds, bytesIn, bytesOut: 0, error: made.error };
  }
  const format = formatOf(choice, made.bytes) ?? choice.request.format;
  return { format, milliseconds, bytesIn, bytesOut: made.bytes.length };
}

/** Key of an answer in the memory tier. `hints` is what the request's other headers come to. */
export function memoryKeyOf(
  host: string | undefined,
  target: string,
  accept: string | undefined,
  hints = "",
): string {
  return `${acceptClass(accept)}|${hints}|${host} ${target}`;
}

/** Whether the failure is one that a placeholder answers, and under which code. */
export function codeOf(error: unknown): ServerError {
  if (isRenderError(error)) return new ServerError(error.code, error.message);
  if (error instanceof ServerError) return error;
  return new ServerError("INTERNAL", undefined, { cause: error });
}
