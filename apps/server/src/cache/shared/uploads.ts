import type { Breaker } from "./breaker.ts";

/** Bytes on their way to the shared tier. */
export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Why bytes were not taken, or given up. */
export type Dropped = "full" | "paused" | "failed" | "stopped";

export interface UploadsParts<Each extends Upload> {
  readonly maxBytes: number;
  readonly maxCount: number;
  readonly places: number;
  readonly breaker: Breaker;
  /** Brings it there; false when it could not be. Rejects only when the signal aborts. */
  readonly store: (upload: Each, signal: AbortSignal) => Promise<boolean>;
  readonly onDrop: (reason: Dropped) => void;
}

/**
 * Uploads in the background, bounded by bytes and count. Whoever offers something never waits: what does not fit, and what comes
 * while the store is failing, is dropped; it comes back with its next use.
 */
export class Uploads<Each extends Upload> {
  readonly #parts: UploadsParts<Each>;
  readonly #waiting = new Set<Each>();
  /** Of what is waiting and under way. */
  readonly #names = new Set<string>();
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: UploadsParts<Each>) {
    this.#parts = parts;
  }

  /** Waiting and under way. */
  get count(): number {
    return this.#names.size;
  }

  /** Of what is waiting and under way. */
  get bytes(): number {
    return this.#bytes;
  }

  offer(upload: Each): void {
    const { maxBytes, maxCount, breaker, onDrop } = this.#parts;
    if (this.#isClosed) return;
    if (this.#names.has(upload.name)) return;
    const isFull = this.count >= maxCount || this.#bytes + upload.bytes.length > maxBytes;
    if (isFull || breaker.state === "open") {
      onDrop(isFull ? "full" : "paused");
      return;
    }
    this.#waiting.add(upload);
    this.#names.add(upload.name);
    this.#bytes += upload.bytes.length;
    this.#next();
  }

  /** Takes nothing more and waits for what is there, at most so long; the rest is given up. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    const late = setTimeout(() => this.#stop.abort(), graceMs);
    while (this.#running.size > 0) await Promise.all(this.#running);
    clearTimeout(late);
    clearTimeout(this.#timer);
    for (const _ of this.#waiting) this.#parts.onDrop("stopped");
    this.#waiting.clear();
    this.#names.clear();
    this.#bytes = 0;
  }

  #next(): void {
    const { places, breaker } = this.#parts;
    while (this.#running.size < places && !this.#stop.signal.aborted) {
      const [upload] = this.#waiting;
      if (!upload) return;
      const pass = breaker.enter();
      if (!pass) {
        this.#wait();
        return;
      }
      this.#waiting.delete(upload);
      const running = this.#run(upload, pass.end).finally(() => {
        this.#running.delete(running);
        this.#names.delete(upload.name);
        this.#bytes -= upload.bytes.length;
        this.#next();
      });
      this.#running.add(running);
    }
  }

  async #run(upload: Each, end: (well: boolean) => void): Promise<void> {
    const { store, onDrop } = this.#parts;
    const isStored = await store(upload, this.#stop.signal).catch(() => undefined);
    end(isStored ?? false);
    if (!isStored) onDrop(isStored === undefined ? "stopped" : "failed");
  }

  /** Comes back when the breaker may let one through. */
  #wait(): void {
    if (this.#running.size > 0 || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), this.#parts.breaker.waitMs + 10).unref();
  }
}
