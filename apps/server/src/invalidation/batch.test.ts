import fc from "fast-check";
import { expect, test } from "vitest";
import { nextBatch, type Waiting, type Wanted } from "./batch.ts";

const waiter = (
  by: Wanted["by"],
  project: string,
  targets: readonly string[],
  sequence: number,
): Waiting<never> => ({
  wanted: { sequence, project, projectTag: "t", by, targets },
  open: new Set(targets),
  resolve: () => {},
});

test("every target is in exactly one call, each call is full but the last, and none is larger than allowed", () => {
  const entries = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 30 }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(entries, fc.integer({ min: 1, max: 40 }), (all, batch) => {
      let waiting = all.map((some, at) => waiter("tags", "demo", some.map(String), at + 1));
      const sizes: number[] = [];
      const seen = new Set<string>();
      for (let next = nextBatch(waiting, { batch }); next; next = nextBatch(waiting, { batch })) {
        sizes.push(next.targets.length);
        for (const target of next.targets) seen.add(target);
        for (const [each, targets] of next.of) {
          expect(each.wanted.sequence).toBeLessThanOrEqual(next.sequence);
          for (const target of targets) each.open.delete(target);
        }
        waiting = waiting.filter(({ open }) => open.size > 0);
      }
      expect(seen).toEqual(new Set(all.flat().map(String)));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(batch);
      // A target that two entries want may be told twice, where another call lies between; nothing else costs a call.
      const wanted = all.flat().length;
      expect(sizes.length).toBeLessThanOrEqual(Math.ceil(wanted / batch));
      expect(sizes.slice(0, -1).every((size) => size === batch)).toBe(true);
    }),
  );
});

test("a call has no more bytes than the node takes, unless a single target has", () => {
  const waiting = [waiter("tags", "demo", ["a".repeat(40), "b".repeat(40), "c".repeat(200), "d"], 1)];
  const sizes: number[] = [];
  for (
    let next = nextBatch(waiting, { batch: 9, bytes: 100 });
    next;
    next = nextBatch(waiting, { batch: 9, bytes: 100 })
  ) {
    sizes.push(JSON.stringify(next.targets).length);
    for (const target of next.targets) waiting[0]?.open.delete(target);
    if (waiting[0]?.open.size === 0) waiting.pop();
  }
  expect(sizes).toEqual([87, 204, 5]);
});

test("only what is of one project and one kind goes together, and URLs by their own number", () => {
  const waiting = [
    waiter("urls", "demo", ["u1", "u2", "u3"], 1),
    waiter("tags", "demo", ["o1"], 2),
    waiter("urls", "shop", ["u4"], 3),
    waiter("urls", "demo", ["u5"], 4),
  ];
  expect(nextBatch(waiting, { batch: 9, urls: 2 })?.targets).toEqual(["u1", "u2"]);
  expect(nextBatch(waiting, { batch: 9 })).toMatchObject({ sequence: 4, targets: ["u1", "u2", "u3", "u5"] });
});
