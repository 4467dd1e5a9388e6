import { LRUCache } from "lru-cache";
import type { S3Client } from "../../s3/client.ts";
import { failure, type S3Failure } from "../../s3/outcomes.ts";
import { Flights } from "../flights.ts";
import { growing } from "../growing.ts";
import { Breaker, type BreakerState } from "./breaker.ts";
import { describeBytes, isTrue, looksTrue } from "./checksum.ts";
import { type Dropped, Uploads } from "./uploads.ts";

export type Kind = "variants" | "originals";

/** How a look-up ended. "paused": not asked, because the store keeps failing; "corrupt": there, but not what was written. */
export type Lookup = "hit" | "miss" | "corrupt" | "slow" | "failed" | "paused";

/** Bytes of one kind in the shared tier, by content address. */
export interface Shelf {
  /** The bytes, if the store has them whole and says so in time. Never rejects; equal questions share one look-up. */
  find(name: string): Promise<Uint8Array | undefined>;
  /** Brings bytes there in the background. `isNew`: a look-up has just said that they are not there. */
  offer(name: string, bytes: Uint8Array, isNew: boolean): void;
  /** Whether they were there when this instance last looked. */
  knows(name: string): boolean;
}

export interface SharedTierParts {
  readonly client: S3Client;
  /** Beginning of every key, without a final slash; may be empty. */
  readonly prefix: string;
  readonly rendererVersion: string;
  readonly lookupMs: number;
  readonly queueBytes: number;
  readonly maxBytes: number;
  readonly log: (event: string, details: object) => void;
  readonly now?: () => number;
}

const NO_LOOKUPS: Readonly<Record<Lookup, number>> = {
  ...{ hit: 0, miss: 0, corrupt: 0 },
  ...{ slow: 0, failed: 0, paused: 0 },
};
const MIB = 2 ** 20;
/** A large original may take as many times longer as it has MiB, but no longer than that. */
const MOST_TIMES = 8;
const QUEUE_COUNT = 2_000;
const UPLOADS_AT_ONCE = 4;
const UPLOAD_MS = 20_000;
const CLOSE_MS = 3_000;
const KNOWN = 100_000;
/** A bucket may let objects expire: what was seen there is looked for again after a day. */
const KNOWN_MS = 86_400_000;

/** Milliseconds that one look-up may take, of however large an object. */
export const longestLookup = (lookupMs: number) => lookupMs * MOST_TIMES;

interface Offer {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly kind: Kind;
  readonly key: string;
  readonly isNew: boolean;
}

/**
 * The tier behind the local disk: a bucket that instances share. It holds bytes by content address and nothing else, so nothing in
 * it goes stale, two writers of one key write the same, and it may be lost. It makes no answer fail, and none later than
 * `lookupMs`: what is slow or broken is passed over.
 */
export class SharedTier {
  readonly #parts: SharedTierParts;
  readonly #reading: Breaker;
  readonly #writing: Breaker;
  readonly #uploads: Uploads<Offer>;
  readonly #flights = new Flights<Uint8Array | undefined>();
  /** By key. "damaged" wants to be written again though it is there. */
  readonly #known: LRUCache<string, "there" | "damaged">;
  readonly #lastFailures: { read?: S3Failure; write?: S3Failure } = {};

  /** Counted since the start. */
  readonly lookups: Readonly<Record<Kind, Record<Lookup, number>>> = {
    variants: { ...NO_LOOKUPS },
    originals: { ...NO_LOOKUPS },
  };
  readonly stored = { uploaded: 0, present: 0 };
  readonly dropped: Record<Dropped, number> = { full: 0, paused: 0, failed: 0, stopped: 0 };

  constructor(parts: SharedTierParts) {
    this.#parts = parts;
    this.#known = new LRUCache({ ...growing(KNOWN), ttl: KNOWN_MS });
    this.#reading = new Breaker((state) => this.#tell("read", state), parts.now);
    this.#writing = new Breaker((state) => this.#tell("write", state), parts.now);
    this.#uploads = new Uploads<Offer>({
      maxBytes: parts.queueBytes,
      maxCount: QUEUE_COUNT,
      places: UPLOADS_AT_ONCE,
      breaker: this.#writing,
      store: (offer, signal) => this.#store(offer, signal),
      onDrop: (reason) => {
        this.dropped[reason] += 1;
      },
    });
  }

  get breakers(): Readonly<Record<"read" | "write", BreakerState>> {
    return { read: this.#reading.state, write: this.#writing.state };
  }

  get queue(): { readonly count: number; readonly bytes: number } {
    return { count: this.#uploads.count, bytes: this.#uploads.bytes };
  }

  shelf(kind: Kind): Shelf {
    const keyOf = (name: string) => this.#keyOf(kind, name);
    return {
      find: (name) => this.#flights.join(keyOf(name), () => this.#find(kind, name, keyOf(name))),
      offer: (name, bytes, isNew) => {
        const key = keyOf(name);
        const known = this.#known.get(key);
        if (known !== "there")
          this.#uploads.offer({ name, bytes, kind, key, isNew: isNew || known === "damaged" });
      },
      knows: (name) => this.#known.get(keyOf(name)) === "there",
    };
  }

  /** Gives what is on its way a moment, then lets go. */
  async close(): Promise<void> {
    await this.#uploads.close(CLOSE_MS);
    await this.#parts.client.close();
  }

  #keyOf(kind: Kind, name: string): string {
    const { prefix, rendererVersion } = this.#parts;
    // The version is in a variant's name already; as a folder it can be thrown away when nobody runs it any more.
    const folder = kind === "variants" ? `variants/${rendererVersion}` : kind;
    return `${prefix === "" ? "" : `${prefix}/`}${folder}/${name.slice(0, 2)}/${name}`;
  }

  async #find(kind: Kind, name: string, key: string): Promise<Uint8Array | undefined> {
    const { client, lookupMs, maxBytes } = this.#parts;
    const pass = this.#reading.enter();
    if (!pass) return this.#count(kind, "paused");
    const timeoutFor = (bytes: number) => lookupMs * Math.min(MOST_TIMES, Math.max(1, bytes / MIB));
    const got = await client
      .get(key, { maxBytes, timeoutMs: lookupMs, timeoutFor, attempts: 1 })
      .catch(() => failure("S3_BROKEN"));
    const isFailure = got.kind === "failed" && got.code !== "S3_TOO_LARGE";
    if (isFailure) this.#lastFailures.read = got;
    pass.end(!isFailure);
    if (got.kind === "missing") {
      this.#known.delete(key);
      return this.#count(kind, "miss");
    }
    if (isFailure) return this.#count(kind, got.code === "S3_SLOW" ? "slow" : "failed");
    if (got.kind === "found" && (await isTrue(name, kind === "originals", got))) {
      this.#known.set(key, "there");
      this.#count(kind, "hit");
      return got.bytes;
    }
    this.#known.set(key, "damaged");
    return this.#count(kind, "corrupt");
  }

  async #store({ kind, name, key, bytes, isNew }: Offer, signal: AbortSignal): Promise<boolean> {
    const { client } = this.#parts;
    const limits = { signal, timeoutMs: UPLOAD_MS };
    if (!isNew) {
      const head = await client.head(key, limits);
      if (head.kind === "failed") return this.#failed(head);
      if (head.kind === "found" && looksTrue(head, kind === "originals" ? bytes.length : undefined)) {
        this.#known.set(key, "there");
        this.stored.present += 1;
        return true;
      }
    }
    const written = await describeBytes(name, bytes, kind === "originals" ? name : undefined);
    const outcome = await client.put(key, bytes, { ...limits, ...written });
    if (outcome.kind === "failed") return this.#failed(outcome);
    this.#known.set(key, "there");
    this.stored.uploaded += 1;
    return true;
  }

  #failed(failure: S3Failure): false {
    this.#lastFailures.write = failure;
    return false;
  }

  #count(kind: Kind, end: Lookup): undefined {
    this.lookups[kind][end] += 1;
  }

  #tell(way: "read" | "write", state: "closed" | "open"): void {
    if (state === "closed") {
      this.#parts.log("the shared cache is used again", { way });
      return;
    }
    const { code, status, said } = this.#lastFailures[way] ?? {};
    this.#parts.log("the shared cache is passed over until it works again", { way, code, status, said });
  }
}
