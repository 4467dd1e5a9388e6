import { hash } from "node:crypto";
import { canonicalTransformation, type OutputFormat, type Transformation } from "@freshet/core";
import {
  checkLimits,
  estimateCost,
  type Gamut,
  type ImageFacts,
  isRenderError,
  RENDERER_VERSION,
  type RenderError,
  type RenderLimits,
} from "@freshet/core/resize";
import { LRUCache } from "lru-cache";
import { allowanceOf } from "../cells/allowance.ts";
import type { Allowance } from "../cells/cell.ts";
import type { Cells, Run } from "../cells/cells.ts";
import { JOBS, type Seen } from "../cells/jobs.ts";
import { ByteTiers } from "./byte-tiers.ts";
import type { DiskStore } from "./disk-store.ts";
import { Flights } from "./flights.ts";
import type { Patience } from "./patience.ts";
import type { RenderQueue } from "./render-queue.ts";
import type { Shelf } from "./shared/shared-tier.ts";

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
  ];
  return hash("sha256", text.join("\n")).slice(0, 40);
}

/** Originals of which is kept what was seen in their pixels: a few numbers each, for a few questions. */
const MOST_SEEN = 20_000;
const MOST_QUESTIONS = 48;
/** Refusals that are kept, so that nobody pays twice for one. What took too long may be faster another time. */
const MOST_REFUSALS = 10_000;
const SLOW_FOR_MS = 60_000;

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
  readonly #seen = new LRUCache<string, Seen>({ max: MOST_SEEN });
  readonly #refused = new LRUCache<string, RenderError>({ max: MOST_REFUSALS });
  readonly #flights = new Flights<{ readonly bytes: Uint8Array; readonly from: VariantOrigin } | undefined>();
  /** Flights that nobody waits for, by their keys. */
  readonly #patient = new Map<string, Patience>();

  constructor(parts: {
    readonly disk: DiskStore;
    readonly shared?: Shelf | undefined;
    readonly queue: RenderQueue;
    /** Where hostile formats are read; absent, they are read here like everything else. */
    readonly cells?: Cells | undefined;
    readonly limits: RenderLimits;
    readonly onRender?: (milliseconds: number) => void;
    /** A look at an original's pixels that memory could not spare: for what. */
    readonly onLook?: (what: string) => void;
  }) {
    this.#tiers = new ByteTiers(parts.disk, parts.shared);
    this.#queue = parts.queue;
    this.#cells = parts.cells;
    this.#limits = parts.limits;
    this.#onRender = parts.onRender ?? (() => {});
    this.#onLook = parts.onLook ?? (() => {});
  }

  /**
   * The bytes of the variant. `bytesOf` gives the bytes of a source; when it has none any more the answer is undefined. With patience
   * it is made when nobody else's work waits. `told` hears of the render where this call is the one that led to it.
   * @throws RenderError for an image that cannot or may not be rendered, ServerError SERVER_BUSY when the queue is full.
   */
  async get(
    key: string,
    request: VariantRequest,
    bytesOf: (digest: string) => Promise<Uint8Array | undefined>,
    how: {
      readonly patience?: Patience | undefined;
      readonly told?: ((made: Made) => void) | undefined;
    } = {},
  ) {
    const { digest, further, transformation, format, rival, gamut } = request;
    // What its header says is too large waits for nothing. The bytes are counted where they are.
    checkLimits(request.facts, 0, this.#limits);
    const options = { rival, gamut, images: further.flatMap((each) => each.facts ?? []) };
    const cost = estimateCost(request.facts, transformation, format, options);
    const allowance = allowanceOf(request.facts, transformation, format, options);
    const wanted = { key, cost, allowance, digest, further, bytesOf, ...how };
    return this.make(wanted, async (run, original, images) => {
      const job = { original, transformation, format, rival, gamut, limits: this.#limits, images };
      const before = this.#seen.get(digest) ?? [];
      const { rendered, seen } = await run("render", { ...job, seen: before });
      const known = new Set(before.map(([question]) => question));
      for (const [question] of seen) if (!known.has(question)) this.#onLook(/^\w*/.exec(question)?.[0] ?? "");
      if (seen.length > 0) this.#seen.set(digest, seen.slice(-MOST_QUESTIONS));
      return rendered.bytes;
    });
  }

  /**
   * Anything else that is a pure function of an original's bytes, kept and made like a variant; `key` has to name the bytes and
   * everything that decides what `work` makes of them. Undefined when there are no bytes any more; what `work` rejects with is nobody's but the
   * caller's.
   */
  make(
    wanted: {
      readonly key: string;
      /** In hundredths of a second of one core. */
      readonly cost: number;
      /** Present for what is done in a cell. */
      readonly allowance?: Allowance | undefined;
      readonly digest: string;
      readonly further?: readonly FurtherSource[];
      readonly bytesOf: (digest: string) => Promise<Uint8Array | undefined>;
      readonly patience?: Patience | undefined;
      readonly told?: ((made: Made) => void) | undefined;
    },
    /** Takes the bytes of the original, and of further sources by what the transformation calls them. What is hostile it leaves to `run`. */
    work: (run: Run, original: Uint8Array, images: ReadonlyMap<string, Uint8Array>) => Promise<Uint8Array>,
  ) {
    const { key, cost, allowance, digest, further = [], bytesOf, patience, told } = wanted;
    // Whoever waits for it now must not wait behind everybody.
    if (!patience) this.#patient.get(key)?.end();
    const fly = async () => {
      const kept = await this.#tiers.get(key);
      if (kept) return kept;
      const refused = this.#refused.get(key);
      if (refused) throw refused;
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
        this.#onRender(since());
        told?.({ milliseconds: since(), bytes });
        return bytes;
      };
      const entered =
        allowance && this.#cells
          ? this.#cells.enter(allowance, make, patience)
          : this.#queue.run(cost, () => make(HERE), patience);
      const made = await entered.catch((error) => this.#refuse(key, error));
      if (!made) return undefined;
      this.#tiers.keep(key, made, true);
      return { bytes: made, from: "rendered" as const };
    };
    return this.#flights.join(key, async () => {
      if (!patience) return await fly();
      this.#patient.set(key, patience);
      return await fly().finally(() => this.#patient.delete(key));
    });
  }

  /** @throws what it is given. */
  #refuse(key: string, error: unknown): never {
    if (isRenderError(error)) {
      this.#refused.set(key, error, error.code === "IMAGE_TOO_SLOW" ? { ttl: SLOW_FOR_MS } : {});
    }
    throw error;
  }
}
