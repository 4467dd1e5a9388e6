import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NameIndex, NONE } from "./name-index.ts";

/** Few enough that names meet again, with beginnings that share a shelf and a place. */
const NAMES = Array.from({ length: 40 }, (_, at) =>
  at % 4 === 0
    ? `aa000000${at}`.padEnd(40, "0")
    : (at * 0x9e3779b1)
        .toString(16)
        .padStart(8, "0")
        .slice(0, 8 + (at % 5)),
);

/** The same as the index, in the obvious way: the oldest first. */
class Model {
  readonly sizes = new Map<string, number>();
  set(name: string, size: number): void {
    this.sizes.delete(name);
    this.sizes.set(name, size);
  }
}

const step = fc.record({
  what: fc.constantFrom("set", "set", "touch", "remove", "evict"),
  name: fc.constantFrom(...NAMES),
  size: fc.nat(1_000),
});

describe("NameIndex", () => {
  it("holds what was entered, in the order of use, whatever comes and goes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const index = new NameIndex();
        const model = new Model();
        for (const { what, name, size } of steps) {
          const id = index.find(name);
          expect(id !== NONE).toBe(model.sizes.has(name));
          if (what === "set") {
            index.set(name, size);
            model.set(name, size);
          } else if (what === "evict") {
            const oldest = index.oldest;
            if (oldest === NONE) continue;
            model.sizes.delete(index.nameOf(oldest));
            index.remove(oldest);
          } else if (id !== NONE) {
            if (what === "touch") model.set(name, index.sizeOf(id));
            else model.sizes.delete(name);
            if (what === "touch") index.touch(id);
            else index.remove(id);
          }
        }
        const walked = [];
        const walk = index.walk();
        for (let id = walk.next(); id !== NONE; id = walk.next())
          walked.push([index.nameOf(id), index.sizeOf(id)]);
        expect(walked).toEqual([...model.sizes]);
        expect(index.size).toBe(model.sizes.size);
        expect(index.bytes).toBe([...model.sizes.values()].reduce((total, size) => total + size, 0));
        const shelves = Array.from({ length: 256 }, (_, shelf) => [...index.idsOf(shelf)]).flat();
        expect(shelves.map((id) => index.nameOf(id)).toSorted()).toEqual([...model.sizes.keys()].toSorted());
      }),
    );
  });

  it("walks over everything that stays, while other entries come, go and are used", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100 }),
        fc.array(step, { maxLength: 100 }),
        (before, meanwhile) => {
          const index = new NameIndex();
          for (const { name, size } of before) index.set(name, size);
          const stays = new Set(before.map(({ name }) => name));
          const walk = index.walk();
          const walked = new Set<string>();
          const turns = meanwhile.values();
          for (let id = walk.next(); id !== NONE; id = walk.next()) {
            walked.add(index.nameOf(id));
            const turn = turns.next().value;
            if (!turn) continue;
            const found = index.find(turn.name);
            if (turn.what === "set") index.set(turn.name, turn.size);
            else if (found !== NONE && turn.what === "touch") index.touch(found);
            else if (found !== NONE) {
              index.remove(found);
              stays.delete(turn.name);
            }
          }
          for (const name of stays) expect(walked).toContain(name);
        },
      ),
    );
  });

  it("takes less than 200 bytes for an entry", () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    const used = () => {
      // The first one finds what an index has outgrown, the second one has given it back.
      gc();
      gc();
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      return arrayBuffers + heapUsed;
    };
    const before = used();
    const index = new NameIndex();
    const count = 100_000;
    for (let at = 0; at < count; at += 1)
      index.set((Math.imul(at, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0"), 1);
    const bytes = used() - before;
    expect(index.size).toBe(count);
    expect(bytes / count).toBeLessThan(200);
  });
});
