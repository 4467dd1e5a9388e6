import { isStoreError, type StoreErrorCode } from "@freshet/store";
import type { Batch, Buffer } from "./buffer.ts";
import type { Writer } from "./write.ts";

/** Milliseconds between two batches: what a crash loses at most. */
const EVERY_MS = 1_000;
/** Batches that wait while the store is away; then counting goes on in the buffer, which is bounded. */
const MOST_WAITING = 10;

/** What passes by itself, so that the batch is worth keeping. */
const PASSING: readonly StoreErrorCode[] = [
  "STORE_BUSY",
  "STORE_FULL",
  "STORE_GONE",
  "STORE_STANDBY",
  "STORE_UNSURE",
  "STORE_ROLLED_BACK",
];

/** Carries what was counted to the store. */
export interface Flusher {
  start(): void;
  /** Writes what is there now; resolves when it is written or has to wait. */
  flush(): Promise<void>;
  /** Writes the rest. */
  stop(): Promise<void>;
}

/**
 * Every second one batch, in order. While the store is away batches wait, and beyond some the buffer itself keeps counting, with less of
 * when and of names: no number is lost and nobody waits.
 */
export function createFlusher(parts: {
  readonly buffer: Buffer;
  readonly writer: Writer;
  /** Of this boot: the store knows batches by it and their number. */
  readonly name: string;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Flusher {
  const { buffer, writer, name, now, log } = parts;
  const waiting: { readonly batch: Batch; readonly number: number }[] = [];
  let number = 0;
  let since = now();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isAway = false;

  const take = (): void => {
    // As old as the oldest answer in it: a line never lies in the future of what it counts.
    buffer.fold(since);
    since = now();
    if (buffer.isEmpty || waiting.length >= MOST_WAITING) return;
    number += 1;
    waiting.push({ batch: buffer.take(), number });
  };
  const carry = async (): Promise<void> => {
    for (let first = waiting[0]; first; first = waiting[0]) {
      try {
        await writer.write(first.batch, { writer: name, batch: first.number });
        if (isAway) log("analytics are written again", { waited: waiting.length });
        isAway = false;
      } catch (error) {
        if (isStoreError(error) && PASSING.includes(error.code)) {
          if (!isAway) log("analytics wait for the store", { error: error.message });
          isAway = true;
          return;
        }
        // Trying it again would stop everything behind it for ever.
        log("analytics of a second are lost", { error: String(error) });
      }
      waiting.shift();
    }
  };
  const flush = (): Promise<void> => {
    take();
    running ??= carry().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    start() {
      since = now();
      timer = setInterval(() => void flush(), EVERY_MS);
      timer.unref();
    },
    flush,
    async stop() {
      clearInterval(timer);
      await running;
      await flush();
      await flush();
    },
  };
}
