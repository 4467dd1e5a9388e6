import { hash } from "node:crypto";
import type { ImageFacts } from "@freshet/core/resize";
import { LRUCache } from "lru-cache";
import type { ErrorCode } from "../errors.ts";
import type { Validators } from "../sources/source.ts";
import type { Container } from "../video/sniff.ts";
import type { DiskStore } from "./disk-store.ts";
import { growing } from "./growing.ts";

/**
 * What the origin gave when it was last asked. `facts` is undefined for bytes that are not an image we read; `video` is what holds one, where
 * they are a video.
 */
export type Outcome =
  | {
      readonly kind: "bytes";
      readonly digest: string;
      readonly size: number;
      readonly facts: ImageFacts | undefined;
      /** As the origin calls it, in lower case; absent where it says nothing readable. */
      readonly mediaType?: string;
      readonly video?: Container | undefined;
    }
  | { readonly kind: "error"; readonly code: ErrorCode };

/** What an instance knows of one original. Replaced whole, in order of (stamp, order). */
export interface OriginalRecord {
  readonly key: string;
  readonly tag: string;
  readonly outcome: Outcome;
  readonly validators: Validators;
  /** The number the instance had applied before the origin was asked. */
  readonly stamp: number;
  /** The stamp under which these bytes (or this error) were first seen. */
  readonly since: number;
  /** Place of the flight that made or confirmed it among all flights of this process; 0 after a restart. */
  readonly order: number;
  /** Milliseconds since the epoch: until then it needs no revalidation. */
  readonly expires: number;
  /** An intermediate cache may have answered for the origin: keep answers made from it no longer than this many seconds. */
  readonly doubtful: boolean;
  /** It expired, and its origin fails: since when it should have been revalidated, and how the origin failed. */
  readonly stale?: { readonly since: number; readonly code: ErrorCode };
  /** Digests that the original had before, newest first. */
  readonly formerDigests: readonly string[];
  /** Opaque versions that a revalidation sent after they were first seen has confirmed, newest first. */
  readonly versions: readonly string[];
}

/** Whether the origin itself has said what it has, bytes or none: it did not fail, and no old cache spoke for it. */
export function isSaid({ outcome, doubtful }: OriginalRecord): boolean {
  return !doubtful && (outcome.kind === "bytes" || outcome.code === "ORIGINAL_MISSING");
}

/** Bound of `formerDigests` and `versions`: pages in caches carry a handful of old versions, not thousands. */
export const REMEMBERED = 24;

/**
 * The records of this instance: in memory, and on its own disk so that a restart finds them. A lost record costs one
 * revalidation. Nothing here decides whether a record may be used: that is `Originals`.
 */
export class Records {
  readonly #memory: LRUCache<string, OriginalRecord>;
  /** Most originals are asked for under one query: then it is the key alone. */
  readonly #byTag = new Map<string, string | Set<string>>();
  readonly #disk: DiskStore;
  readonly #writing = new Map<string, OriginalRecord>();

  constructor(disk: DiskStore, maxRecords: number) {
    this.#disk = disk;
    this.#memory = new LRUCache<string, OriginalRecord>({
      ...growing(maxRecords),
      dispose: (record, key, reason) => {
        if (reason === "evict") this.#unlink(record.tag, key);
      },
    });
  }

  get size(): number {
    return this.#memory.size;
  }

  /** The record in memory, if any. */
  peek(key: string): OriginalRecord | undefined {
    return this.#memory.get(key);
  }

  /** The record in memory or on the disk. A record read from the disk lost its place among the flights. */
  async find(key: string): Promise<OriginalRecord | undefined> {
    const known = this.#memory.get(key);
    if (known) return known;
    const name = diskName(key);
    if (!this.#disk.has(name)) return undefined;
    const read = readRecord(await this.#disk.get(name), key);
    // A flight may have landed while the disk was read; what it brought is newer.
    if (read && !this.#memory.has(key)) this.#remember(read);
    return this.#memory.get(key);
  }

  /** Records in memory that belong to an original, whatever their query. */
  ofOriginal(tag: string): readonly OriginalRecord[] {
    const keys = this.#byTag.get(tag) ?? [];
    return (typeof keys === "string" ? [keys] : [...keys]).flatMap((key) => this.#memory.peek(key) ?? []);
  }

  /**
   * Replaces the record unless a younger one, in order of (stamp, order), is there. What the origin itself did not say stands
   * in the way of nothing that is as young as `floor`, the newest invalidation. Answers the one that stays. What is `fleeting`
   * never comes to the disk.
   */
  put(record: OriginalRecord, floor: number, fleeting = false): OriginalRecord {
    const known = this.#memory.peek(record.key);
    if (known && isYounger(known, record) && (isSaid(known) || record.stamp < floor)) return known;
    this.#remember(record);
    if (!fleeting) this.#save(record);
    return record;
  }

  /** Changes what a record remembers of versions, in memory only: it is cheap to learn again. */
  amend(record: OriginalRecord, versions: readonly string[]): OriginalRecord {
    const amended = { ...record, versions };
    if (this.#memory.peek(record.key) === record) this.#memory.set(record.key, amended);
    return amended;
  }

  #remember(record: OriginalRecord): void {
    const { key, tag } = record;
    this.#memory.set(key, record);
    const keys = this.#byTag.get(tag);
    if (keys === undefined) this.#byTag.set(tag, key);
    else if (typeof keys !== "string") keys.add(key);
    else if (keys !== key) this.#byTag.set(tag, new Set([keys, key]));
  }

  #unlink(tag: string, key: string): void {
    const keys = this.#byTag.get(tag);
    if (keys === key) this.#byTag.delete(tag);
    else if (keys instanceof Set && keys.delete(key) && keys.size === 0) this.#byTag.delete(tag);
  }

  /** One write at a time per record; of several waiting only the newest is written. */
  #save(record: OriginalRecord): void {
    const isWriting = this.#writing.has(record.key);
    this.#writing.set(record.key, record);
    if (isWriting) return;
    const write = async () => {
      for (let written: OriginalRecord | undefined; ; ) {
        const next = this.#writing.get(record.key);
        if (next === undefined || next === written) break;
        await this.#disk.put(diskName(record.key), Buffer.from(JSON.stringify(next))).catch(() => {});
        written = next;
      }
      this.#writing.delete(record.key);
    };
    void write();
  }
}

function isYounger(one: OriginalRecord, other: OriginalRecord): boolean {
  return one.stamp > other.stamp || (one.stamp === other.stamp && one.order > other.order);
}

/** Raised by hand whenever facts say more of the same bytes: a record that does not know is worth no more than none. */
const REVISION = 3;

const diskName = (key: string) => hash("sha256", `${REVISION}\n${key}`).slice(0, 40);

function readRecord(bytes: Buffer | undefined, key: string): OriginalRecord | undefined {
  if (!bytes) return undefined;
  try {
    const read = JSON.parse(bytes.toString()) as OriginalRecord;
    // Errors are asked again after a restart: an operator restarts because something was broken.
    return read.key === key && read.outcome.kind === "bytes"
      ? { ...read, order: 0, versions: [] }
      : undefined;
  } catch {
    return undefined;
  }
}
