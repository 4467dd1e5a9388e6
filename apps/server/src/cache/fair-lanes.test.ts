import fc from "fast-check";
import { expect, test } from "vitest";
import { FairLanes, type Laned, type LaneName } from "./fair-lanes.ts";

interface Item extends Laned {
  readonly id: number;
}

const names = ["a", "b", "c"];
const arbitraryLane = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names));
const arbitraryCost = fc.integer({ min: 1, max: 100 });

test("keeps count of all that waits and was promised, and is first come, first served within a lane", () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ push: fc.record({ lane: arbitraryLane, cost: arbitraryCost }) }) },
    { weight: 2, arbitrary: fc.constant({ shift: true }) },
    fc.record({ delete: fc.nat() }),
    fc.record({ promise: fc.record({ lane: arbitraryLane, cost: arbitraryCost }) }),
    fc.record({ keep: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const lanes = new FairLanes<Item>();
      let waiting: Item[] = [];
      const promised: { readonly cost: number; readonly keep: () => void }[] = [];
      let id = 0;
      for (const each of steps) {
        if ("push" in each) {
          const item = { ...each.push, lane: each.push.lane as LaneName, id: id++ };
          lanes.push(item);
          waiting.push(item);
        } else if ("shift" in each) {
          const expected = lanes.peek();
          const item = lanes.shift();
          expect(item).toBe(expected);
          expect(item === undefined).toBe(waiting.length === 0);
          const first = waiting.find(({ lane }) => String(lane) === String(item?.lane));
          expect(item).toBe(first);
          waiting = waiting.filter((one) => one !== item);
        } else if ("delete" in each) {
          const item = waiting[each.delete % Math.max(1, waiting.length)];
          if (!item) continue;
          expect([lanes.delete(item), lanes.delete(item)]).toEqual([true, false]);
          waiting = waiting.filter((one) => one !== item);
        } else if ("promise" in each) {
          const { lane, cost } = each.promise;
          promised.push({ cost, keep: lanes.promise(lane, cost) });
        } else {
          const [kept] = promised.splice(each.keep % Math.max(1, promised.length), 1);
          kept?.keep();
          kept?.keep();
        }
        const sum = [...waiting, ...promised].reduce((total, { cost }) => total + cost, 0);
        expect([lanes.size, lanes.cost]).toEqual([waiting.length, sum]);
      }
    }),
  );
});

test("whoever may not go is passed over, keeps his place and turns nothing back", () => {
  const lanes = new FairLanes<Item>();
  const item = (lane: string, id: number): Item => ({ id, cost: 10, lane: [lane, ""] });
  const items = [item("a", 0), item("a", 1), item("b", 2), item("b", 3)];
  for (const each of items) lanes.push(each);
  const mayGo = ({ id }: Item) => id !== 0 && id !== 2;
  expect(lanes.peek(mayGo)?.id).toBe(1);
  expect([lanes.shift(mayGo)?.id, lanes.shift(mayGo)?.id, lanes.shift(mayGo)]).toEqual([1, 3, undefined]);
  expect([lanes.size, lanes.cost]).toEqual([2, 20]);
  expect([lanes.shift()?.id, lanes.shift()?.id, lanes.shift()]).toEqual([0, 2, undefined]);
});

test("lanes in which something waits all the time are served the same, to within one of the dearest each", () => {
  const costs = fc.array(arbitraryCost, { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(fc.array(costs, { minLength: 2, maxLength: 5 }), fc.boolean(), (sizes, isWithin) => {
      const lanes = new FairLanes<Item>();
      const laneOf = (at: number): LaneName => (isWithin ? ["p", `o${at}`] : [`p${at}`, "o"]);
      for (const [at, row] of sizes.entries())
        for (const cost of row) lanes.push({ lane: laneOf(at), cost, id: at });
      const served = sizes.map(() => 0);
      const left = sizes.map((row) => row.length);
      while (left.every((count) => count > 0)) {
        const item = lanes.shift();
        if (!item) break;
        served[item.id] = (served[item.id] ?? 0) + item.cost;
        left[item.id] = (left[item.id] ?? 0) - 1;
        expect(Math.max(...served) - Math.min(...served)).toBeLessThanOrEqual(200);
      }
    }),
    { numRuns: 60 },
  );
});

test("whoever waits with one at a time gets no more than his share", () => {
  const lanes = new FairLanes<Item>();
  for (let id = 0; id < 500; id += 1) lanes.push({ lane: ["many", "o"], cost: 1, id });
  const served = { many: 0, dear: 0 };
  lanes.push({ lane: ["dear", "o"], cost: 10, id: -1 });
  for (let turn = 0; turn < 300; turn += 1) {
    const item = lanes.shift();
    if (item?.lane[0] === "dear") {
      served.dear += item.cost;
      // It comes back as soon as one of the others was served.
      const other = lanes.shift();
      served.many += other?.cost ?? 0;
      lanes.push({ lane: ["dear", "o"], cost: 10, id: -1 });
    } else served.many += item?.cost ?? 0;
  }
  expect(Math.abs(served.many - served.dear)).toBeLessThanOrEqual(20);
});

test("a project with many origins has no more than one with few", () => {
  const lanes = new FairLanes<Item>();
  for (let id = 0; id < 400; id += 1) lanes.push({ lane: ["wide", `o${id % 40}`], cost: 1, id });
  for (let id = 0; id < 100; id += 1) lanes.push({ lane: ["narrow", "o"], cost: 1, id });
  const first = Array.from({ length: 100 }, () => lanes.shift()?.lane[0]);
  expect(first.filter((name) => name === "narrow")).toHaveLength(50);
});

test("foresees what is served before one: its own lane whole, of others no more than of that", () => {
  const lanes = new FairLanes<Item>();
  for (let id = 0; id < 100; id += 1) lanes.push({ lane: ["flood", "o"], cost: 10, id });
  expect(lanes.before(["flood", "o"], 5)).toBe(1_000);
  expect(lanes.before(["new", "o"], 5)).toBe(5);
  expect(lanes.before(["flood", "other"], 5)).toBe(5);
  expect(lanes.lastOfLongest()?.id).toBe(99);
});

test("names without end cost bounded memory, and all of them are served", () => {
  const lanes = new FairLanes<Item>();
  for (let id = 0; id < 3_000; id += 1) lanes.push({ lane: [`p${id}`, `o${id}`], cost: 1, id });
  const seen = new Set<number>();
  for (let item = lanes.shift(); item; item = lanes.shift()) seen.add(item.id);
  expect(seen.size).toBe(3_000);
  expect([lanes.size, lanes.cost]).toEqual([0, 0]);
});
