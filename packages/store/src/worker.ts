import type { Backoff } from "./backoff.ts";
import { backoffMs } from "./backoff.ts";
import type { Queue, QueueColumns } from "./queue.ts";

export interface WorkerOptions<Row extends QueueColumns> {
  readonly queue: Queue<Row>;
  readonly keyOf: (row: Row) => string;
  /**
   * Works on one row and settles it by the queue's `finish` or `release` before it resolves. A rejection gives the row
   * back after a pause. The signal is aborted by `stop`.
   */
  readonly work: (row: Row, signal: AbortSignal) => Promise<void>;
  /** Rows a claim takes at most, and rows under way at most. */
  readonly batch: number;
  readonly inFlight: number;
  /** The queue's `leaseMs`; leases are renewed every third of it. */
  readonly leaseMs: number;
  /** Milliseconds between looks at the table when nobody called `wake`. */
  readonly pollMs: number;
  readonly backoff: Backoff;
  readonly now: () => number;
  /** Told of every failure: of the store while claiming, or of `work`. */
  readonly failed: (error: unknown) => void;
  /** The only process on the database frees the leases of its earlier boot when it starts; see `Queue.voidLeases`. */
  readonly alone: boolean;
}

export interface QueueWorker {
  start(): Promise<void>;
  /** Makes the workers of the table look at once, here and in other processes; called after every commit that added a row. */
  wake(): void;
  /** Looks at the table at that time (milliseconds since the epoch), or earlier. */
  wakeAt(time: number): void;
  /** Aborts the work under way and waits until it has settled; what it did not settle is resumed by the next start. */
  stop(): Promise<void>;
}

export function createWorker<Row extends QueueColumns>(options: WorkerOptions<Row>): QueueWorker {
  const { queue, keyOf, now } = options;
  const stopping = new AbortController();
  /** The last work on each row, by its key: a row is worked on once at a time, however often its lease runs out. */
  const held = new Map<string, Promise<void>>();
  const underWay = new Set<Promise<void>>();
  let rouse = (): void => {};
  let isRoused = false;
  let running: Promise<void> | undefined;
  let alarm: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  let deafen = (): void => {};
  /** Looks at once, in this process alone. */
  const look = (): void => {
    isRoused = true;
    rouse();
  };
  const wakeAt = (time: number): void => {
    if (stopping.signal.aborted || (alarm !== undefined && alarm.at <= time && alarm.at > now())) return;
    clearTimeout(alarm?.timer);
    alarm = { at: time, timer: setTimeout(look, Math.max(0, Math.min(time - now(), 60_000)) + 1) };
    alarm.timer.unref();
  };
  const pause = async (ms: number): Promise<void> => {
    if (isRoused || stopping.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    rouse = resolve;
    await promise;
    clearTimeout(timer);
  };

  const giveBack = async (row: Row): Promise<void> => {
    const at = stopping.signal.aborted ? 0 : now() + backoffMs(row.attempts, options.backoff);
    if (await queue.release(keyOf(row), at)) wakeAt(at);
  };
  const carry = async (row: Row): Promise<void> => {
    try {
      await options.work(row, stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) options.failed(error);
      // What cannot be given back either is claimed again when its lease has run out.
      await giveBack(row).catch(options.failed);
    }
  };
  /** A process that stood still longer than its leases claims what it works on again: that waits, and is looked at anew. */
  const carryAfter = async (row: Row, before: Promise<void> | undefined): Promise<void> => {
    await before;
    const isMine = before === undefined || (await queue.renew([keyOf(row)]).catch(() => [])).length > 0;
    if (isMine) await carry(row);
  };
  const take = (row: Row): void => {
    const key = keyOf(row);
    const work = carryAfter(row, held.get(key)).finally(() => {
      underWay.delete(work);
      if (held.get(key) === work) held.delete(key);
      look();
    });
    held.set(key, work);
    underWay.add(work);
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      isRoused = false;
      const room = Math.min(options.batch, options.inFlight - held.size);
      let rows: readonly Row[] = [];
      try {
        rows = room > 0 ? await queue.claim(room) : [];
      } catch (error) {
        options.failed(error);
      }
      for (const row of rows) take(row);
      if (rows.length === 0 || rows.length < room) await pause(options.pollMs);
    }
  };
  const renewing = (): void => {
    if (held.size > 0) queue.renew([...held.keys()]).catch(options.failed);
  };
  let renewal: NodeJS.Timeout | undefined;
  return {
    async start() {
      if (options.alone) await queue.voidLeases();
      renewal = setInterval(renewing, options.leaseMs / 3);
      renewal.unref();
      deafen = queue.listen(look);
      running = run();
    },
    wake: () => {
      look();
      queue.announce();
    },
    wakeAt,
    async stop() {
      stopping.abort();
      deafen();
      rouse();
      clearTimeout(alarm?.timer);
      await running;
      await Promise.all(underWay);
      clearInterval(renewal);
    },
  };
}
