import { hash } from "node:crypto";
import { canonicalTransformation, type OutputFormat, type Transformation } from "@freshet/core";
import {
  canFindFaces,
  checkLimits,
  checkPage,
  estimateCost,
  estimateMemory,
  FACES_REVISION,
  facesQuestion,
  type Gamut,
  IMPROVER_REVISION,
  type ImageFacts,
  isRenderError,
  RENDERER_VERSION,
  type RenderError,
  type RenderLimits,
  wantsFaces,
} from "@freshet/core/resize";
import { LRUCache } from "lru-cache";
import {
  allowanceOf,
  allowanceToFindFaces,
  allowanceToImprove,
  allowanceToSketch,
} from "../cells/allowance.ts";
import type { Allowance } from "../cells/cell.ts";
import type { Cells, Entrance, Run } from "../cells/cells.ts";
import { JOBS, type Seen } from "../cells/jobs.ts";
import { type ErrorCode, isServerError, ServerError } from "../errors.ts";
import { ByteTiers } from "./byte-tiers.ts";
import type { Departure } from "./departure.ts";
import type { DiskStore } from "./disk-store.ts";
import { Flights } from "./flights.ts";
import type { FrameShelf } from "./frames.ts";
import { growing } from "./growing.ts";
import type { Patience } from "./patience.ts";
import type { RenderQueue } from "./render-queue.ts";
import type { Rooms } from "./rooms.ts";
import type { Shelf } from "./shared/shared-tier.ts";
import type { Turn } from "./turn.ts";

/** What a variant is made from besides its original. */
export interface FurtherSource {
  readonly digest: string;
  /** What the transformation calls it; undefined for what no operation asks for. */
  readonly image: string | undefined;
  readonly facts: ImageFacts | undefined;
}

/** What a variant is a pure function of. */
export interface VariantRequest {
  readonly digest: string;
  /** Further sources, such as the images of watermarks, in their order. */
  readonly further: readonly FurtherSource[];
  readonly facts: ImageFacts;
  readonly transformation: Transformation;
  readonly format: OutputFormat;
  /** Sent instead where it comes out smaller: which of both it is, the bytes themselves say. */
  readonly rival?: OutputFormat | undefined;
  /** Present only where it makes another picture than its absence would. */
  readonly gamut?: Exclude<Gamut, "srgb"> | undefined;
}

/** Where the bytes of a variant came from. */
export type VariantOrigin = "disk" | "shared" | "rendered";

/** What became of a render: its bytes, or what it failed with. */
export type Made = { readonly milliseconds: number } & (
  | { readonly bytes: Uint8Array }
  | { readonly error: unknown }
);

/** The content address: equal bytes, equal canonical transformation, equal format, gamut and renderer give the same 40 hex digits. */
export function variantKey(request: VariantRequest): string {
  const format = request.rival === undefined ? request.format : `${request.format} or ${request.rival}`;
  const text = [
    [request.digest, ...request.further.map(({ digest }) => digest)].join("+"),
    canonicalTransformation(request.transformation),
    request.gamut === undefined ? format : `${format} in ${request.gamut}`,
    RENDERER_VERSION,
    // Where nothing finds them the same words make another picture.
    ...(wantsFaces(request.transformation) ? [canFindFaces() ? `faces ${FACES_REVISION}` : "no faces"] : []),
  ];
  return hash("sha256", text.join("\n")).slice(0, 40);
}

/** Where the better answer to a variant is kept: as long as a variant's key, and no variant's. */
export const betterKeyOf = (key: string): string =>
  hash("sha256", `better ${IMPROVER_REVISION}\n${key}`).slice(0, 40);

/** Kept in place of a better answer where there is none, so that nobody tries again. No picture begins like it. */
const NONE_BETTER = new TextEncoder().encode("none better");

/** What is kept under the key of a better answer: its bytes, or that there are none. */
export type Better = { readonly from: VariantOrigin } & (
  | { readonly kind: "better"; readonly bytes: Uint8Array }
  | { readonly kind: "none" }
);

/** The bytes of a source. `until` says how long they are needed; absent is for good. */
export type BytesOf = (digest: string, until?: Promise<unknown>) => Promise<Uint8Array | undefined>;

/** What work takes. */
export interface Needs {
  /** In hundredths of a second of one core. */
  readonly cost: number;
  /** Bytes that it takes at most, where it is done in the server itself. */
  readonly taken?: number | undefined;
  /** Present for what is done in a cell. */
  readonly allowance?: Allowance | undefined;
}

/** Originals of which is kept what was seen in their pixels: a few numbers each, for a few questions. */
const MOST_SEEN = 20_000;
const MOST_QUESTIONS = 48;
/** Refusals that are kept, so that nobody pays twice for one. What took too long may be faster another time. */
const MOST_REFUSALS = 10_000;
const SLOW_FOR_MS = 60_000;
const LATE_MS = 300_000;

function asBetter({ bytes, from }: { readonly bytes: Uint8Array; readonly from: VariantOrigin }): Better {
  return Buffer.compare(bytes, NONE_BETTER) === 0 ? { kind: "none", from } : { kind: "better", bytes, from };
}

/** What concerns only whoever asked first: others who wait for the same then ask by themselves. */
const PERSONAL: ReadonlySet<string> = new Set<ErrorCode>(["CLIENT_GONE", "CLIENT_BUDGET_SPENT"]);
const gone = () => new ServerError("CLIENT_GONE");

/** Runs a job in this very process. */
const HERE: Run = (name, input) => (JOBS[name] as (input: unknown) => Promise<never>)(input);

/** Variants by content address: from the disk or the shared tier, else rendered once however many ask. They never go stale. */
export class Variants {
  readonly #tiers: ByteTiers;
  readonly #queue: RenderQueue;
  readonly #limits: RenderLimits;
  readonly #onRender: (milliseconds: number) => void;
  readonly #onLook: (what: string) => void;
  readonly #cells: Cells | undefined;
  readonly #finders: Cells | undefined;
  readonly #frames: FrameShelf | undefined;
  readonly #seen = new LRUCache<string, Seen>(growing(MOST_SEEN));
  readonly #refused = new LRUCache<string, RenderError>(growing(MOST_REFUSALS));
  readonly #flights = new Flights<{ readonly bytes: Uint8Array; readonly from: VariantOrigin } | undefined>(
    (error) => isServerError(error) && PERSONAL.has(error.code),
  );
  readonly #looking = new Flights<void>((error) => isServerError(error) && PERSONAL.has(error.code));
  /** Flights that nobody waits for, by their keys. */
  readonly #patient = new Map<string, Patience>();

  constructor(parts: {
    readonly disk: DiskStore;
    readonly shared?: Shelf | undefined;
    readonly queue: RenderQueue;
    /** Where hostile formats are read; absent, they are read here like everything else. */
    readonly cells?: Cells | undefined;
    /** Processes that keep what finds faces; absent, a render looks for them by itself. */
    readonly finders?: Cells | undefined;
    readonly limits: RenderLimits;
    /** Where decoded pixels are shared by sizes that are asked for together; absent, each is decoded for itself. */
    readonly frames?: FrameShelf | undefined;
    readonly onRender?: (milliseconds: number) => void;
    /** A look at an original's pixels that memory could not spare: for what. */
    readonly onLook?: (what: string) => void;
  }) {
    this.#tiers = new ByteTiers(parts.disk, parts.shared);
    this.#queue = parts.queue;
    this.#cells = parts.cells;
    this.#finders = parts.finders;
    this.#limits = parts.limits;
    this.#frames = parts.frames;
    this.#onRender = parts.onRender ?? (() => {});
    this.#onLook = parts.onLook ?? (() => {});
  }

  /**
   * The bytes of the variant. `bytesOf` gives the bytes of a source; when it has none any more the answer is undefined. With patience
   * it is made when nobody else's work waits. `told` hears of the render where this call is the one that led to it.
   * @throws RenderError for an image that cannot or may not be rendered, ServerError SERVER_BUSY when it would wait too long, CLIENT_GONE
   * when whoever asks has gone, and what his turn refuses.
   */
  async get(
    key: string,
    request: VariantRequest,
    bytesOf: BytesOf,
    how: {
      readonly patience?: Patience | undefined;
      readonly turn?: Turn | undefined;
      readonly told?: ((made: Made) => void) | undefined;
    } = {},
  ) {
    const { digest, further, transformation, format, rival, gamut } = request;
    const frames = this.#frames;
    // What its header says is too large waits for nothing. The bytes are counted where they are.
    checkLimits(request.facts, 0, this.#limits);
    checkPage(request.facts, transformation.page?.doc_page);
    const options = { rival, gamut, images: further.flatMap((each) => each.facts ?? []) };
    const needs = () => {
      const memory = estimateMemory(request.facts, transformation, format, options);
      return {
        cost: estimateCost(request.facts, transformation, format, options),
        taken: memory.most,
        allowance: allowanceOf(request.facts, transformation, format, options, memory),
      };
    };
    const before = this.#beforehand(request, bytesOf);
    // What was rendered shares no memory with what it was rendered from.
    const rendering = Promise.withResolvers<void>();
    const lent: BytesOf = (wanted) => bytesOf(wanted, rendering.promise);
    const wanted = { key, needs, digest, further, bytesOf: lent, before, ...how };
    const work = async (run: Run, original: Uint8Array, images: ReadonlyMap<string, Uint8Array>) => {
      const job = { original, transformation, format, rival, gamut, limits: this.#limits, images };
      const known = this.#seen.get(digest) ?? [];
      const whole = { ...job, seen: known };
      const inCell = run !== HERE;
      const { rendered, seen } = await (inCell
        ? run("render", whole)
        : JOBS.render(whole, frames?.of(digest)));
      const asked = new Set(known.map(([question]) => question));
      for (const [question] of seen) if (!asked.has(question)) this.#onLook(/^\w*/.exec(question)?.[0] ?? "");
      if (seen.length > 0) this.#seen.set(digest, seen.slice(-MOST_QUESTIONS));
      return rendered.bytes;
    };
    return this.make(wanted, (...made) => work(...made).finally(rendering.resolve));
  }

  /** The bytes of a variant that the disk can give at once: `length` of them from `front` on of a room that is taken for them. */
  readNow(key: string, front: number, rooms: Rooms) {
    return this.#tiers.readNow(key, front, rooms);
  }

  /** Whether `kept` will probably find something. */
  isKept(key: string): boolean {
    return this.#tiers.holds(key);
  }

  /** What is kept under a key, whatever it is. */
  find(key: string): Promise<{ readonly bytes: Uint8Array; readonly from: VariantOrigin } | undefined> {
    return this.#tiers.get(key);
  }

  /** What was found when the variant was improved, if it is still kept; `key` is from `betterKeyOf`. */
  async kept(key: string): Promise<Better | undefined> {
    const found = await this.#tiers.get(key);
    return found && asBetter(found);
  }

  /**
   * Writes the variant with time, in a cell and in a place of its own, when nobody's work waits; it is broken off for whoever comes. `saved`
   * hears of bytes that it takes less. Undefined when a source has no bytes any more.
   * @throws RenderError, or the reason of the patience's signal.
   */
  async improve(
    key: string,
    { digest, further, facts, transformation, format, gamut }: VariantRequest,
    bytesOf: (digest: string) => Promise<Uint8Array | undefined>,
    { patience, saved }: { readonly patience: Patience; readonly saved: (bytes: number) => void },
  ): Promise<Better | undefined> {
    const beside = { gamut, late: true, images: further.flatMap((each) => each.facts ?? []) };
    const needs = () => ({
      cost: estimateCost(facts, transformation, format, beside),
      allowance: allowanceToImprove(facts, transformation, format, beside),
    });
    const before = this.#beforehand({ digest, facts, transformation }, bytesOf);
    const wanted = { key, needs, digest, further, bytesOf, before, patience, isLate: true };
    const made = await this.make(wanted, async (run, original, images) => {
      const seen = this.#seen.get(digest) ?? [];
      // It runs behind everybody: its processor time is bounded, and the clock hardly counts.
      const limits = { ...this.#limits, timeoutMs: LATE_MS };
      const job = { original, transformation, format, gamut, limits, images, seen };
      const { better, firstBytes } = await run("improve", job);
      if (better) saved(firstBytes - better.bytes.length);
      return better?.bytes ?? NONE_BETTER;
    });
    return made && asBetter(made);
  }

  /**
   * Anything else that is a pure function of an original's bytes, kept and made like a variant; `key` has to name the bytes and
   * everything that decides what `work` makes of them. Undefined when there are no bytes any more; what `work` rejects with is nobody's but the
   * caller's.
   */
  make(
    wanted: {
      readonly key: string;
      /** Reckoned for whoever comes first: those who join him need it not. */
      readonly needs: () => Needs;
      readonly digest: string;
      readonly further?: readonly FurtherSource[];
      readonly bytesOf: (digest: string) => Promise<Uint8Array | undefined>;
      readonly patience?: Patience | undefined;
      readonly turn?: Turn | undefined;
      /** Beside the cell it takes a place from renders, and it counts as none. */
      readonly isLate?: boolean;
      readonly told?: ((made: Made) => void) | undefined;
      /** What has to be known before it can be made: done before it takes a place. */
      readonly before?: ((how: Entrance) => Promise<void>) | undefined;
    },
    /** Takes the bytes of the original, and of further sources by what the transformation calls them. What is hostile it leaves to `run`. */
    work: (run: Run, original: Uint8Array, images: ReadonlyMap<string, Uint8Array>) => Promise<Uint8Array>,
  ) {
    const {
      key,
      needs,
      digest,
      further = [],
      bytesOf,
      patience,
      turn,
      isLate = false,
      told,
      before,
    } = wanted;
    // Whoever waits for it now must not wait behind everybody.
    if (!patience) this.#patient.get(key)?.end();
    const fly = async (departure: Departure) => {
      const kept = await this.#tiers.get(key);
      if (kept) return kept;
      const refused = this.#refused.get(key);
      if (refused) throw refused;
      const { cost, taken, allowance } = needs();
      turn?.pay?.(cost);
      this.#frames?.expect(digest);
      const make = async (run: Run) => {
        const original = await bytesOf(digest);
        if (!original) return undefined;
        const images = new Map<string, Uint8Array>();
        for (const { image, digest } of further) {
          const bytes = await bytesOf(digest);
          if (!bytes) return undefined;
          if (image !== undefined) images.set(image, bytes);
        }
        const begun = performance.now();
        const since = () => performance.now() - begun;
        const bytes = await work(run, original, images).catch((error: unknown) => {
          told?.({ milliseconds: since(), error });
          throw error;
        });
        if (!isLate) this.#onRender(since());
        told?.({ milliseconds: since(), bytes });
        return bytes;
      };
      const queued = { lane: turn?.lane, departure, patience, promised: turn?.promised };
      const cells = allowance && this.#cells;
      const inside = () => (cells ? cells.enter(allowance, make, queued) : make(HERE));
      const job = { cost, ...(!cells && { taken }), ...queued };
      const enter = () => (cells && !isLate ? inside() : this.#queue.run(job, inside));
      const entered = before ? before({ lane: turn?.lane, departure, patience }).then(enter) : enter();
      const made = await entered.catch((error) => this.#refuse(key, error));
      if (!made) return undefined;
      // Whoever is told of a better answer looks for it there.
      if (isLate) await this.#tiers.write(key, made, true);
      else this.#tiers.keep(key, made, true);
      return { bytes: made, from: "rendered" as const };
    };
    const flight = async (departure: Departure) => {
      if (!patience) return await fly(departure);
      this.#patient.set(key, patience);
      return await fly(departure).finally(() => this.#patient.delete(key));
    };
    const caller = turn?.departure && { departure: turn.departure, gone };
    return this.#flights.join(key, flight, caller);
  }

  /**
   * Where the faces of the original are, found in a process that keeps what finds them: once for all that depends on them. Undefined where
   * that is known, or nobody asks, or there is no such process: then the render looks by itself.
   */
  #beforehand(
    { digest, facts, transformation }: Pick<VariantRequest, "digest" | "facts" | "transformation">,
    bytesOf: (digest: string) => Promise<Uint8Array | undefined>,
  ): ((how: Entrance) => Promise<void>) | undefined {
    const finders = this.#finders;
    const seen = () => this.#seen.get(digest) ?? [];
    const page = transformation.page?.doc_page;
    const asked = facesQuestion(page);
    const isKnown = () => seen().some(([question]) => question === asked);
    if (!finders || !wantsFaces(transformation) || !canFindFaces() || isKnown()) return undefined;
    return async ({ departure, ...how }) => {
      const find = async (departure: Departure) => {
        const original = isKnown() ? undefined : await bytesOf(digest);
        if (!original) return;
        const entrance = { ...how, departure };
        const limits = this.#limits;
        // What is hostile is read where it always is: beside the finder there is no room for it.
        const apart = allowanceToSketch(facts);
        const sketch =
          apart &&
          (await this.#cells?.enter(apart, (run) => run("sketch", { original, limits, page }), entrance));
        const job = sketch ? { sketch } : { original, limits, page };
        const allowance = allowanceToFindFaces(sketch ? undefined : facts);
        const found = await finders.enter(allowance, (run) => run("faces", job), entrance);
        this.#onLook("faces");
        this.#seen.set(digest, [...seen(), [asked, found]]);
      };
      // Sizes that are asked for together wait for one look; nobody waits behind one that is patient.
      const flight = `${digest} ${asked}${how.patience ? " in patience" : ""}`;
      await this.#looking.join(flight, find, departure && { departure, gone });
    };
  }

  /** @throws what it is given. */
  #refuse(key: string, error: unknown): never {
    if (isRenderError(error)) {
      this.#refused.set(key, error, error.code === "IMAGE_TOO_SLOW" ? { ttl: SLOW_FOR_MS } : {});
    }
    throw error;
  }
}
