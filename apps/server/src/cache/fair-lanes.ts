/** Whose something is that waits: the project's, and within it the origin's. */
export type LaneName = readonly [project: string, origin: string];

/** What can wait in a lane. `cost` is in the unit of `estimateCost`. */
export interface Laned {
  readonly cost: number;
  readonly lane: LaneName;
}

/** Lanes beside each other that are told apart; the rest shares one, so that names cost no memory. */
const MOST_LANES = 128;
/** Sums of fractions come back to about nothing. */
const NOTHING = 1e-6;
/** No project or origin is called that. */
const REST = "";

/** A project, or an origin within it. */
class Lane<Item> {
  /** Its next turn, on the clock of the lane around it. */
  turn = 0;
  /** The turn of whatever was served last within it: it goes on by cost, for each lane as if it were alone. */
  clock = 0;
  /** Of all that waits in it or was promised to. */
  cost = 0;
  /** Items that wait in it. */
  size = 0;
  readonly lanes = new Map<string, Lane<Item>>();
  readonly items = new Set<Item>();
}

/**
 * Items that wait for one server: lanes take turns by cost, projects first and origins within each, so that who has few waits for his
 * equals alone, however many another has. Within a lane first come, first served. What a lane was served is remembered until the others
 * have caught up, so that nobody gains by waiting with one at a time.
 */
export class FairLanes<Item extends Laned> {
  readonly #root = new Lane<Item>();
  readonly #chains = new Map<Item, readonly Lane<Item>[]>();

  /** Items that wait. */
  get size(): number {
    return this.#root.size;
  }

  /** Summed cost of what waits and what was promised. */
  get cost(): number {
    return this.#root.cost;
  }

  push(item: Item): void {
    const chain = this.#chainOf(item.lane);
    for (const [depth, lane] of chain.entries()) {
      const around = chain[depth - 1];
      // Whoever was away comes now, not before all who waited meanwhile.
      if (around && lane.size === 0) lane.turn = Math.max(lane.turn, around.clock);
      lane.size += 1;
      lane.cost += item.cost;
    }
    chain.at(-1)?.items.add(item);
    this.#chains.set(item, chain);
  }

  /** Counts as waiting what will come; the function takes it back. */
  promise(lane: LaneName, cost: number): () => void {
    const chain = this.#chainOf(lane);
    for (const each of chain) each.cost += cost;
    let isKept = false;
    return () => {
      if (isKept) return;
      isKept = true;
      for (const each of chain) each.cost = Math.max(0, each.cost - cost);
    };
  }

  /** Whose turn it is among those that may go; it goes on waiting. */
  peek(mayGo: (item: Item) => boolean = () => true): Item | undefined {
    return firstOf(this.#root, mayGo);
  }

  /** Takes out whose turn it is among those that may go. */
  shift(mayGo?: (item: Item) => boolean): Item | undefined {
    const item = this.peek(mayGo);
    if (!item) return undefined;
    const chain = this.#chains.get(item) ?? [];
    for (const [depth, lane] of chain.entries()) {
      const around = chain[depth - 1];
      if (!around) continue;
      // Who let others go before him does not turn it back.
      around.clock = Math.max(around.clock, lane.turn);
      lane.turn += item.cost;
    }
    this.delete(item);
    return item;
  }

  /** Takes out what does not wait any more; whether it waited. */
  delete(item: Item): boolean {
    const chain = this.#chains.get(item);
    if (!chain) return false;
    this.#chains.delete(item);
    chain.at(-1)?.items.delete(item);
    for (const lane of chain) {
      lane.size -= 1;
      lane.cost = Math.max(0, lane.cost - item.cost);
    }
    return true;
  }

  /** Cost of all that would be served before the end of an item of this cost that came to the lane now, without its own. */
  before(lane: LaneName, cost: number): number {
    return beforeIn(this.#root, lane, cost);
  }

  /** What came last to the lane in which most waits. */
  lastOfLongest(): Item | undefined {
    let lane = this.#root;
    while (lane.lanes.size > 0) {
      let longest: Lane<Item> | undefined;
      for (const each of lane.lanes.values())
        if (each.size > 0 && (!longest || each.cost > longest.cost)) longest = each;
      if (!longest) return undefined;
      lane = longest;
    }
    return [...lane.items].at(-1);
  }

  #chainOf([project, origin]: LaneName): readonly Lane<Item>[] {
    const outer = laneIn(this.#root, project);
    return [this.#root, outer, laneIn(outer, origin)];
  }
}

function laneIn<Item>(around: Lane<Item>, name: string): Lane<Item> {
  const known = around.lanes.get(name);
  if (known) return known;
  if (around.lanes.size >= MOST_LANES) {
    for (const [each, { cost, size, turn }] of around.lanes)
      if (size === 0 && cost < NOTHING && turn <= around.clock) around.lanes.delete(each);
  }
  const kept = around.lanes.size >= MOST_LANES ? REST : name;
  const lane = around.lanes.get(kept) ?? new Lane<Item>();
  around.lanes.set(kept, lane);
  return lane;
}

function firstOf<Item>({ lanes, items }: Lane<Item>, mayGo: (item: Item) => boolean): Item | undefined {
  for (const item of items) if (mayGo(item)) return item;
  const waiting = [...lanes.values()].filter(({ size }) => size > 0);
  for (const lane of waiting.toSorted((one, other) => one.turn - other.turn)) {
    const first = firstOf(lane, mayGo);
    if (first) return first;
  }
  return undefined;
}

/** Of another lane as much is served meanwhile as it has, but no more than of one's own. */
function beforeIn<Item>(around: Lane<Item>, [name, ...rest]: readonly string[], cost: number): number {
  if (name === undefined) return around.cost;
  const own =
    around.lanes.get(name) ?? (around.lanes.size >= MOST_LANES ? around.lanes.get(REST) : undefined);
  const within = own ? beforeIn(own, rest, cost) : 0;
  let others = 0;
  for (const each of around.lanes.values()) if (each !== own) others += Math.min(each.cost, within + cost);
  return within + others;
}
