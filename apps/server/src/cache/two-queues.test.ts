import fc from "fast-check";
import { LRUCache } from "lru-cache";
import { expect, test } from "vitest";
import { Generations } from "./generations.ts";
import { TwoQueues } from "./two-queues.ts";

const MOST = 1_000;

interface Item {
  readonly key: string;
  value: number;
  bytes: number;
  uses: number;
}

/** The same policy, written with lists that are searched: nobody has to trust its links and sums. */
class Model {
  trial: Item[] = [];
  main: Item[] = [];
  readonly #gone = new Generations<string, true>();

  get all() {
    return [...this.trial, ...this.main];
  }

  get bytes() {
    return this.all.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  find(key: string) {
    const item = this.all.find((each) => each.key === key);
    if (item) item.uses = Math.min(3, item.uses + 1);
    return item?.value;
  }

  set(key: string, value: number, bytes: number) {
    if (bytes > MOST) {
      this.delete(key);
      return;
    }
    let item = this.all.find((each) => each.key === key);
    if (!item) {
      item = { key, value, bytes, uses: 0 };
      (this.#gone.delete(key) ? this.main : this.trial).push(item);
    }
    Object.assign(item, { value, bytes });
    while (this.bytes > MOST) {
      const [newcomer] = this.trial.filter((each) => each !== item);
      const [proven] = this.main.filter((each) => each !== item);
      const trialBytes = this.trial.reduce((sum, each) => sum + each.bytes, 0);
      const oldest = (trialBytes > MOST / 25 || !proven ? (newcomer ?? proven) : proven) as Item;
      const wasNew = oldest === newcomer;
      this.delete(oldest.key);
      if (oldest.uses > 0) {
        oldest.uses = wasNew ? 0 : oldest.uses - 1;
        this.main.push(oldest);
      } else if (wasNew) {
        this.#gone.set(oldest.key, true);
        if (this.#gone.young * 2 > Math.max(128, this.all.length + 1)) this.#gone.turn();
      }
    }
  }

  delete(key: string) {
    this.trial = this.trial.filter((each) => each.key !== key);
    this.main = this.main.filter((each) => each.key !== key);
  }
}

test("it keeps what its model keeps, within its bytes, whatever is done", () => {
  const key = fc.integer({ min: 0, max: 40 }).map((number) => `k${number}`);
  const bytes = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 1_200 }));
  const act = fc.oneof(
    fc.record({ do: fc.constant("set" as const), key, bytes }),
    fc.record({ do: fc.constantFrom("find" as const, "find" as const, "delete" as const), key }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
      const queues = new TwoQueues<number>(MOST);
      const model = new Model();
      const given = new Map<string, ReturnType<typeof queues.set>>();
      for (const [value, each] of acts.entries()) {
        if (each.do === "set") {
          model.set(each.key, value, each.bytes);
          given.set(each.key, queues.set(each.key, value, each.bytes));
        } else if (each.do === "find") {
          expect(queues.find(each.key)?.value).toBe(model.find(each.key));
        } else {
          model.delete(each.key);
          queues.delete(each.key);
        }
        expect(queues.bytes).toBe(model.bytes);
        expect(queues.bytes).toBeLessThanOrEqual(MOST);
        expect(queues.size).toBe(model.all.length);
        const kept = new Map(model.all.map((item) => [item.key, item.value]));
        for (const [name, entry] of given) expect(entry?.value).toBe(kept.get(name));
      }
    }),
  );
});

test("what is asked for stays while thousands of others are asked for once", () => {
  const queues = new TwoQueues<string>(100 * 1_000);
  const loved = Array.from({ length: 50 }, (_, at) => `loved ${at}`);
  for (const key of loved) {
    queues.set(key, key, 1_000);
    queues.find(key);
  }
  for (let at = 0; at < 10_000; at += 1) queues.set(`passing ${at}`, "", 1_000);
  expect(loved.filter((key) => queues.find(key)).length).toBe(50);
});

test("what is asked for once does not grow into room that nobody else has taken; what is asked for again does", () => {
  const MB = 2 ** 20;
  const once = new TwoQueues<number>(256 * MB);
  const again = new TwoQueues<number>(256 * MB);
  for (let key = 0; key < 300; key += 1) {
    once.set(String(key), key, MB);
    again.set(String(key), key, MB);
    again.find(String(key));
  }
  expect(once.bytes).toBe(10 * MB);
  expect(again.bytes).toBeGreaterThan(250 * MB);
  // Who comes back has proved himself.
  for (let key = 200; key < 300; key += 1) once.set(String(key), key, MB);
  expect(once.bytes).toBe(100 * MB);
});

test("what was loved long ago goes when others are asked for", () => {
  const queues = new TwoQueues<string>(100 * 1_000);
  const ask = (key: string) => queues.find(key) ?? queues.set(key, key, 1_000);
  for (let round = 0; round < 100; round += 1) for (let at = 0; at < 50; at += 1) ask(`before ${at}`);
  for (let round = 0; round < 10; round += 1) for (let at = 0; at < 80; at += 1) ask(`now ${at}`);
  const kept = (name: string) =>
    Array.from({ length: 80 }, (_, at) => queues.find(`${name} ${at}`)).filter(Boolean);
  expect([kept("now").length, kept("before").length < 25]).toEqual([80, true]);
});

test("one that is larger than everything is not kept, nor what stood there before", () => {
  const queues = new TwoQueues<string>(100);
  const entry = queues.set("a", "small", 50);
  expect(queues.set("a", "large", 101)).toBeUndefined();
  expect([entry?.value, queues.size, queues.bytes]).toEqual([undefined, 0, 0]);
});

test("an entry that is held after it went holds nothing but itself", () => {
  const queues = new TwoQueues<string>(1_000);
  const held = queues.set("held", "", 10);
  for (let at = 0; at < 1_000; at += 1) queues.set(String(at), "", 10);
  const reached = new Set<unknown>();
  const walk = (value: unknown) => {
    if (typeof value !== "object" || value === null || reached.has(value)) return;
    reached.add(value);
    for (const each of Object.values(value)) walk(each);
  };
  walk(held);
  // Itself and the queue it stood in.
  expect([held?.value, reached.size]).toEqual([undefined, 2]);
});

/** The same requests every time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Keys as visitors ask for them: few often, many seldom. */
function zipf(keys: number, exponent: number, random: () => number): () => number {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= keys; rank += 1) {
    sum += rank ** -exponent;
    sums.push(sum);
  }
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, keys - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Bytes of an image: thumbnails and heroes. */
const sizeOf = (key: number) => 3_000 + ((key * 7_919) % 97) * 600;

/** Hits among requests of visitors, with walks by a crawler of `walk` pictures each between them. */
function hitsOf(
  requests: number,
  walk: number,
): { readonly ours: number; readonly lru: number; readonly of: number } {
  const random = createRandom(11);
  const next = zipf(20_000, 0.9, random);
  const most = 40_000_000;
  const ours = new TwoQueues<true>(most);
  const lru = new LRUCache<string, true>({ maxSize: most, maxEntrySize: most });
  const hits = { ours: 0, lru: 0, of: requests };
  const ask = (key: string, size: number, counts: boolean) => {
    if (ours.find(key)) hits.ours += counts ? 1 : 0;
    else ours.set(key, true, size);
    if (lru.get(key)) hits.lru += counts ? 1 : 0;
    else lru.set(key, true, { size });
  };
  let passed = 0;
  for (let at = 0; at < requests; at += 1) {
    const key = next();
    ask(String(key), sizeOf(key), true);
    if (at % 5_000 !== 0) continue;
    for (let step = 0; step < walk; step += 1, passed += 1) ask(`walk ${passed}`, sizeOf(passed), false);
  }
  return hits;
}

test("visitors are answered from memory more often than by LRU, and much more often beside a crawler", () => {
  const quiet = hitsOf(60_000, 0);
  expect(quiet.ours / quiet.lru).toBeGreaterThan(1.03);
  const walked = hitsOf(60_000, 3_000);
  expect(walked.ours / walked.lru).toBeGreaterThan(1.15);
  // The crawler costs hardly anything.
  expect(walked.ours / quiet.ours).toBeGreaterThan(0.97);
});
