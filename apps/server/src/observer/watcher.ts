import type { Covering, Floors, Watched } from "./floors.ts";
import type { Reader } from "./reader.ts";
import { type Miss, type Reading, type Tally, tracedHeaders } from "./tally.ts";

export interface WatchOptions {
  readonly nodes: readonly string[];
  readonly watched: readonly Watched[];
  readonly floors: Floors;
  readonly reader: Reader;
  readonly tally: Tally;
  /** URLs that each node is asked for after each Done. */
  readonly sample: number;
  /** Reads a second besides those. */
  readonly rate: number;
  /** Reads at the same time. */
  readonly atOnce: number;
  /** Reads after which it ends. */
  readonly most: number;
  /** Entry of the log, for the trace of a miss. */
  readonly entryOf: (uuid: string) => Promise<unknown>;
  readonly missed: (miss: Miss) => void;
  readonly random: () => number;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface Watcher {
  /** An invalidation was heard to be Done: whatever is asked from here on is held to it. */
  heard(done: Covering): void;
  /** Resolves when `most` reads are done or `signal` is aborted. */
  run(): Promise<void>;
}

/** Samples that wait at most: beyond that newer ones take the place of older ones, and what is read is judged all the same. */
const MOST_WAITING = 100_000;

/**
 * Reads and judges. What an answer must not be older than is looked up before its request begins; both is said by the same server in
 * numbers, so that no clock is compared with another.
 */
export function createWatcher(options: WatchOptions): Watcher {
  const { nodes, watched, floors, reader, tally, now, signal } = options;
  const heardAt = new Map<string, number>();
  let waiting: { readonly node: string; readonly each: Watched }[] = [];
  let begun = 0;
  let paced = 0;
  const any = <T>(list: readonly T[]): T | undefined => list[Math.floor(options.random() * list.length)];

  const isOver = () => signal.aborted || begun >= options.most;
  const readOne = async (node: string, each: Watched): Promise<void> => {
    begun += 1;
    const floor = floors.of(each);
    const reading = await reader.read(node, each.path);
    const count = tally.of(node);
    count.reads += 1;
    if (reading?.stamp === undefined || reading.status >= 500) {
      if (!signal.aborted || reading !== undefined) count.unanswered += 1;
      return;
    }
    if (floor === undefined) return;
    count.judged += 1;
    if (reading.stamp >= floor.sequence) return;
    count.misses += 1;
    await trace(reading, floor, reading.stamp);
  };
  const trace = async (reading: Reading, floor: Covering, stamp: number): Promise<void> => {
    const { node, path, at } = reading;
    const headers = tracedHeaders(reading);
    const ms = Math.round(reading.ms * 10) / 10;
    const [again, entry] = await Promise.all([
      reader.read(node, path),
      options.entryOf(floor.uuid).catch((error) => ({ unknown: String(error) })),
    ]);
    options.missed({
      ...{ node, url: path, asked_at: new Date(at).toISOString(), took_ms: ms, stamp, headers },
      older_than: { uuid: floor.uuid, sequence: floor.sequence, entry },
      heard_at: new Date(heardAt.get(floor.uuid) ?? at).toISOString(),
      again:
        again === undefined
          ? null
          : { stamp: again.stamp ?? null, is_fresh: (again.stamp ?? -1) >= floor.sequence },
    });
  };

  const work = async (started: number): Promise<void> => {
    while (!isOver()) {
      const next = waiting.shift();
      if (next) {
        await readOne(next.node, next.each);
        continue;
      }
      // Nobody is behind because something else took long: what was not read then is not read at once now.
      const due = ((performance.now() - started) / 1_000) * options.rate;
      if (paced < due - options.rate) paced = due - options.rate;
      const [node, each] = [any(nodes), any(watched)];
      if (paced < due && node !== undefined && each !== undefined) {
        paced += 1;
        await readOne(node, each);
      } else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  return {
    heard(done) {
      heardAt.set(done.uuid, now());
      if (heardAt.size > MOST_WAITING) heardAt.delete(heardAt.keys().next().value ?? "");
      const covered = [...floors.raise(done)];
      for (let left = Math.min(options.sample, covered.length); left > 0; left -= 1) {
        const [each] = covered.splice(Math.floor(options.random() * covered.length), 1);
        if (each) for (const node of nodes) waiting.push({ node, each });
      }
      if (waiting.length > MOST_WAITING) waiting = waiting.slice(-MOST_WAITING);
    },
    async run() {
      const started = performance.now();
      await Promise.all(Array.from({ length: options.atOnce }, () => work(started)));
    },
  };
}
