import { ServerError } from "../errors.ts";
import type { Departure } from "./departure.ts";
import { FairLanes, type LaneName } from "./fair-lanes.ts";
import { Busy } from "./render-queue.ts";

/** Until an origin that has not brought its original by then stands in nobody's way: that takes no memory yet to speak of. */
const PROMPT_MS = 100;

/** An original that may be read now, until its answer is made. */
export interface Reading {
  /** It has been read. */
  isHere(): void;
  end(): void;
}

interface Bounds {
  /** Renders that run at once. */
  readonly places: number;
  /** What originals should take that are read and not rendered. */
  readonly bytes: number;
  /** What one takes, lately. */
  readonly typicalBytes: () => number;
  /** How long one may wait to be read. */
  readonly maxAgeMs: number;
}

interface Entry {
  readonly cost: number;
  readonly lane: LaneName;
  readonly begun: PromiseWithResolvers<void>;
  state: "waiting" | "asked" | "late" | "here";
  users: number;
  slow?: NodeJS.Timeout;
}

/**
 * Originals are read ahead of the renders that need them, so that no core waits for an origin, but only as many as memory is meant for:
 * what is read long before its turn is held for as long, and what then has no room is read a second time, from the disk. Lanes take turns as
 * they do for renders. An original that many ask for is one.
 */
export class ReadAhead {
  readonly #bounds: Bounds;
  readonly #entries = new Map<string, Entry>();
  readonly #lanes = new FairLanes<Entry>();
  /** Those that are read and held now, without those whose origins are slow. */
  #ahead = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Originals that wait to be read. */
  get waiting(): number {
    return this.#lanes.size;
  }

  /**
   * Waits until the original may be read; `key` is what is the same for all who ask for it.
   * @throws ServerError SERVER_BUSY when that takes too long, CLIENT_GONE.
   */
  async enter(key: string, lane: LaneName, departure: Departure): Promise<Reading> {
    const entry = this.#entries.get(key) ?? this.#add(key, lane);
    entry.users += 1;
    let isUser = true;
    const end = () => {
      if (isUser) this.#leave(key, entry);
      isUser = false;
    };
    try {
      if (entry.state === "waiting") await this.#begun(entry, departure);
    } catch (error) {
      end();
      throw error;
    }
    return { isHere: () => this.#isHere(entry), end };
  }

  #add(key: string, lane: LaneName): Entry {
    const begun = Promise.withResolvers<void>();
    const entry: Entry = { cost: 1, lane, begun, state: "waiting", users: 0 };
    this.#entries.set(key, entry);
    this.#lanes.push(entry);
    this.#beginNext();
    return entry;
  }

  async #begun({ begun }: Entry, departure: Departure): Promise<void> {
    const over = Promise.withResolvers<never>();
    const { maxAgeMs } = this.#bounds;
    const late = setTimeout(() => over.reject(new Busy(maxAgeMs)), maxAgeMs);
    const forget = departure.onEnd(() => over.reject(new ServerError("CLIENT_GONE")));
    await Promise.race([begun.promise, over.promise]).finally(() => {
      clearTimeout(late);
      forget();
    });
  }

  #beginNext(): void {
    const { places, bytes, typicalBytes } = this.#bounds;
    const most = Math.max(places + 1, Math.floor(bytes / typicalBytes()));
    while (this.#ahead < most) {
      const entry = this.#lanes.shift();
      if (!entry) return;
      this.#ahead += 1;
      entry.state = "asked";
      entry.slow = setTimeout(() => {
        entry.state = "late";
        this.#ahead -= 1;
        this.#beginNext();
      }, PROMPT_MS);
      entry.begun.resolve();
    }
  }

  #isHere(entry: Entry): void {
    if (entry.users === 0) return;
    clearTimeout(entry.slow);
    if (entry.state === "late") this.#ahead += 1;
    entry.state = "here";
  }

  #leave(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    clearTimeout(entry.slow);
    this.#entries.delete(key);
    if (entry.state === "waiting") this.#lanes.delete(entry);
    else if (entry.state !== "late") this.#ahead -= 1;
    this.#beginNext();
  }
}
