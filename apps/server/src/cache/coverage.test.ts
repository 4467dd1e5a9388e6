import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Identity } from "../projects/identity.ts";
import { Coverage } from "./coverage.ts";
import type { Mark } from "./mark.ts";

const known = (name: string, { project = "demo", userTags = [] as readonly string[] } = {}): Identity => ({
  project,
  tag: `o-${name}`,
  name: `${project}/${name}`,
  userTags,
});
const original = (name: string, project = "demo"): Mark => ({ kind: "original", project, tag: `o-${name}` });
const prefix = (text: string, project = "demo"): Mark => ({ kind: "prefix", project, prefix: text });
const tag = (name: string, project = "demo"): Mark => ({ kind: "tag", project, tag: name });
const whole = (project = "demo"): Mark => ({ kind: "project", project });

describe("Coverage", () => {
  it("covers an original from its own invalidation and from its project's, whichever is newer", () => {
    const coverage = new Coverage(() => 5);
    coverage.apply(1, [original("a")]);
    expect(coverage.floor(known("a"))).toBe(1);
    expect(coverage.floor(known("b"))).toBe(0);
    coverage.apply(2, [whole()]);
    expect(coverage.floorOf(known("a"))).toEqual({ sequence: 2, at: 5 });
    expect(coverage.floor(known("a", { project: "other" }))).toBe(0);
  });

  it("covers what lies in a folder however deep, and nothing beside it", () => {
    const coverage = new Coverage();
    coverage.apply(1, [prefix("h/a/")]);
    for (const name of ["h/a/b.jpg", "h/a/b/c/d.jpg", "h/a/", "h/a//b.jpg"])
      expect(coverage.floor(known(name)), name).toBe(1);
    for (const name of ["h/a", "h/ab/c.jpg", "h/b.jpg", "a/b.jpg", "h/b/a/c.jpg"])
      expect(coverage.floor(known(name)), name).toBe(0);
  });

  it("covers names that begin so where the prefix ends within a segment", () => {
    const coverage = new Coverage();
    coverage.apply(1, [prefix("h/a/b")]);
    coverage.apply(2, [prefix("h/a/bcd")]);
    coverage.apply(3, [prefix("x")]);
    const floors = [
      "h/a/b.jpg",
      "h/a/bc/d.jpg",
      "h/a/bcd.jpg",
      "h/a/bcd/e/f.jpg",
      "h/a/c.jpg",
      "xy/a",
      "h/xy",
    ];
    expect(floors.map((name) => coverage.floor(known(name)))).toEqual([1, 1, 2, 2, 0, 3, 0]);
  });

  it("covers everything that has a tag", () => {
    const coverage = new Coverage();
    coverage.apply(1, [tag("u-x")]);
    expect(coverage.floor(known("a", { userTags: ["u-y", "u-x"] }))).toBe(1);
    expect(coverage.floor(known("a", { userTags: ["u-y"] }))).toBe(0);
  });

  it("covers an answer by each of its sources", () => {
    const coverage = new Coverage();
    const answer = [known("h/a.jpg"), known("marks/logo.png", { userTags: ["u-brand"] })] as const;
    expect(coverage.floor(...answer)).toBe(0);
    const marks = [
      original("marks/logo.png"),
      prefix("marks/"),
      tag("u-brand"),
      original("h/a.jpg"),
      whole(),
    ];
    for (const [index, mark] of marks.entries()) {
      coverage.apply(index + 1, [mark]);
      expect(coverage.floor(...answer)).toBe(index + 1);
    }
  });

  it("never goes back when an old entry arrives again", () => {
    const coverage = new Coverage();
    coverage.apply(7, [original("a"), prefix("h/")]);
    coverage.apply(3, [original("a"), prefix("h/")]);
    expect(coverage.applied).toBe(7);
    expect(coverage.floor(known("a"))).toBe(7);
    expect(coverage.floor(known("h/a"))).toBe(7);
  });

  it("restores floors and head without lowering what was applied since", () => {
    const coverage = new Coverage();
    coverage.apply(9, [original("a")]);
    coverage.restore(8, [{ mark: original("a"), sequence: 4 }]);
    expect(coverage.applied).toBe(9);
    expect(coverage.floor(known("a"))).toBe(9);
  });

  it("keeps a bounded number of floors, at the cost of the project that has the most", () => {
    const coverage = new Coverage(() => 0, 100);
    coverage.apply(1, [original("quiet", "other")]);
    for (let sequence = 2; sequence <= 5_000; sequence += 1) {
      const name = `h/${sequence}`;
      coverage.apply(sequence, [[original(name), prefix(`${name}/`), tag(name)][sequence % 3] ?? whole()]);
      expect(coverage.size).toBeLessThanOrEqual(100);
    }
    expect(coverage.floor(known("quiet", { project: "other" }))).toBe(1);
    expect(coverage.floor(known("loud", { project: "other" }))).toBe(0);
    expect(coverage.floor(known("h/2"))).toBeGreaterThan(2);
    expect(coverage.floor(known("h/5000/a.jpg", { userTags: ["h/5000"] }))).toBe(5_000);
  });

  it("counts a prefix by its folders, so that deep ones are not cheap", () => {
    const coverage = new Coverage(() => 0, 1_000);
    for (let sequence = 1; sequence <= 50; sequence += 1) {
      coverage.apply(sequence, [prefix(`${sequence}/`.repeat(100))]);
      expect(coverage.size).toBeLessThanOrEqual(1_000);
    }
    expect(coverage.floor(known("nowhere"))).toBeGreaterThan(30);
  });
});

const segment = fc.constantFrom("a", "b", "ab", "abc", "c", "");
const name = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));
const project = fc.constantFrom("demo", "other");
const anyTag = fc.constantFrom("u-x", "u-y", "u-z");
const mark: fc.Arbitrary<Mark> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(name, project).map(([of, at]) => original(of, at)) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(name, fc.constantFrom("", "/"), project)
      .filter(([of, end]) => of + end !== "")
      .map(([of, end, at]) => prefix(of + end, at)),
  },
  { weight: 3, arbitrary: fc.tuple(anyTag, project).map(([of, at]) => tag(of, at)) },
  { weight: 1, arbitrary: project.map(whole) },
);
const source = fc
  .tuple(name, project, fc.subarray(["u-x", "u-y", "u-z"]))
  .map(([of, at, userTags]) => known(of, { project: at, userTags }));
const entries = fc.array(fc.array(mark, { maxLength: 3 }), { maxLength: 40 });

/** What covers what, said without any structure. */
function isCovered(by: Mark, { name: whose, tag: own, userTags, project: at }: Identity): boolean {
  if (by.project !== at) return false;
  if (by.kind === "project") return true;
  if (by.kind === "prefix") return whose.startsWith(`${at}/${by.prefix}`);
  return by.tag === own || userTags.includes(by.tag);
}

function naiveFloor(journal: readonly (readonly Mark[])[], sources: readonly Identity[]): number {
  return journal.findLastIndex((marks) => marks.some((by) => sources.some((of) => isCovered(by, of)))) + 1;
}

describe("the floor of any sources under any journal", () => {
  it("is the number of the newest entry that covers one of them, applied or restored", () => {
    fc.assert(
      fc.property(
        entries,
        fc.array(source, { minLength: 1, maxLength: 3 }),
        fc.nat(40),
        (journal, sources, cut) => {
          const applied = new Coverage();
          const restored = new Coverage();
          const floors = journal.flatMap((marks, index) =>
            index < cut ? marks.map((each) => ({ mark: each, sequence: index + 1 })) : [],
          );
          restored.restore(Math.min(cut, journal.length), floors.toReversed());
          for (const [index, marks] of journal.entries()) {
            applied.apply(index + 1, marks);
            restored.apply(index + 1, marks);
          }
          const expected = naiveFloor(journal, sources);
          expect(applied.floor(...sources)).toBe(expected);
          expect(restored.floor(...sources)).toBe(expected);
          expect([applied.applied, restored.applied]).toEqual([journal.length, journal.length]);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("is never lower after folding, never above what was folded through, and the same above it", () => {
    fc.assert(
      fc.property(
        entries,
        fc.array(source, { minLength: 1, maxLength: 2 }),
        fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 3 }),
        fc.integer({ min: 1, max: 60 }),
        (journal, sources, folds, most) => {
          const coverage = new Coverage(() => 0, most);
          const bounded = new Coverage();
          for (const [index, marks] of journal.entries()) {
            coverage.apply(index + 1, marks);
            bounded.apply(index + 1, marks);
            for (const [at, through] of folds) if (at === index) bounded.fold(Math.min(through, index + 1));
          }
          const through = Math.max(
            0,
            ...folds.map(([at, to]) => (at < journal.length ? Math.min(to, at + 1) : 0)),
          );
          const expected = naiveFloor(journal, sources);
          const floor = bounded.floor(...sources);
          if (expected > through) expect(floor).toBe(expected);
          else expect(floor >= expected && floor <= through).toBe(true);
          expect(coverage.floor(...sources)).toBeGreaterThanOrEqual(expected);
          expect(coverage.size).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
