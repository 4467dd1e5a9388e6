import { hash } from "node:crypto";
import { canonicalTransformation, type OutputFormat, type Transformation } from "@freshet/core";
import {
  estimateCost,
  type ImageFacts,
  type Memory,
  RENDERER_VERSION,
  type RenderLimits,
  render,
} from "@freshet/core/resize";
import { LRUCache } from "lru-cache";
import { ByteTiers } from "./byte-tiers.ts";
import type { DiskStore } from "./disk-store.ts";
import { Flights } from "./flights.ts";
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
}

/** Where the bytes of a variant came from. */
export type VariantOrigin = "disk" | "shared" | "rendered";

/** The content address: equal bytes, equal canonical transformation, equal format and renderer give the same 40 hex digits. */
export function variantKey(request: VariantRequest): string {
  const text = [
    [request.digest, ...request.further.map(({ digest }) => digest)].join("+"),
    canonicalTransformation(request.transformation),
    request.rival === undefined ? request.format : `${request.format} or ${request.rival}`,
    RENDERER_VERSION,
  ];
  return hash("sha256", text.join("\n")).slice(0, 40);
}

/** Answers about the pixels of originals that are kept: a few numbers each. */
const MOST_ANSWERS = 20_000;

/** Variants by content address: from the disk or the shared tier, else rendered once however many ask. They never go stale. */
export class Variants {
  readonly #tiers: ByteTiers;
  readonly #queue: RenderQueue;
  readonly #limits: RenderLimits;
  readonly #onRender: (milliseconds: number) => void;
  readonly #onLook: (what: string) => void;
  readonly #seen = new LRUCache<string, readonly number[]>({ max: MOST_ANSWERS });
  readonly #flights = new Flights<{ readonly bytes: Uint8Array; readonly from: VariantOrigin } | undefined>();

  constructor(parts: {
    readonly disk: DiskStore;
    readonly shared?: Shelf | undefined;
    readonly queue: RenderQueue;
    readonly limits: RenderLimits;
    readonly onRender?: (milliseconds: number) => void;
    /** A look at an original's pixels that memory could not spare: for what. */
    readonly onLook?: (what: string) => void;
  }) {
    this.#tiers = new ByteTiers(parts.disk, parts.shared);
    this.#queue = parts.queue;
    this.#limits = parts.limits;
    this.#onRender = parts.onRender ?? (() => {});
    this.#onLook = parts.onLook ?? (() => {});
  }

  /**
   * The bytes of the variant. `bytesOf` gives the bytes of a source; when it has none any more the answer is undefined.
   * @throws RenderError for an image that cannot or may not be rendered, ServerError SERVER_BUSY when the queue is full.
   */
  get(key: string, request: VariantRequest, bytesOf: (digest: string) => Promise<Uint8Array | undefined>) {
    const { digest, further, transformation, format, rival } = request;
    const facts = further.flatMap((each) => each.facts ?? []);
    const cost = estimateCost(request.facts, transformation, format, { rival, images: facts });
    return this.make({ key, cost, digest, further, bytesOf }, async (original, images) => {
      const options = { format, rival, limits: this.#limits, memory: this.#memoryOf(digest), images };
      return (await render(original, transformation, options)).bytes;
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
      readonly digest: string;
      readonly further?: readonly FurtherSource[];
      readonly bytesOf: (digest: string) => Promise<Uint8Array | undefined>;
    },
    /** Takes the bytes of the original, and of further sources by what the transformation calls them. */
    work: (original: Uint8Array, images: ReadonlyMap<string, Uint8Array>) => Promise<Uint8Array>,
  ) {
    const { key, cost, digest, further = [], bytesOf } = wanted;
    return this.#flights.join(key, async () => {
      const kept = await this.#tiers.get(key);
      if (kept) return kept;
      const made = await this.#queue.run(cost, async () => {
        const original = await bytesOf(digest);
        if (!original) return undefined;
        const images = new Map<string, Uint8Array>();
        for (const { image, digest } of further) {
          const bytes = await bytesOf(digest);
          if (!bytes) return undefined;
          if (image !== undefined) images.set(image, bytes);
        }
        const begun = performance.now();
        const bytes = await work(original, images);
        this.#onRender(performance.now() - begun);
        return bytes;
      });
      if (!made) return undefined;
      this.#tiers.keep(key, made, true);
      return { bytes: made, from: "rendered" as const };
    });
  }

  /** What was seen in the pixels of an original: named by its digest, it never goes stale either. */
  #memoryOf(digest: string): Memory {
    return {
      recall: (question) => this.#seen.get(`${digest} ${question}`),
      remember: (question, answer) => {
        this.#seen.set(`${digest} ${question}`, answer);
        this.#onLook(/^\w*/.exec(question)?.[0] ?? "");
      },
    };
  }
}
