import { describe, expect, it } from "vitest";
import { Coverage } from "./coverage.ts";

describe("Coverage", () => {
  it("covers an original from its own invalidation and from its project's, whichever is newer", () => {
    const coverage = new Coverage(() => 5);
    coverage.apply(1, [{ kind: "original", project: "demo", tag: "o-a" }]);
    expect(coverage.floor("demo", "o-a")).toBe(1);
    expect(coverage.floor("demo", "o-b")).toBe(0);
    coverage.apply(2, [{ kind: "project", project: "demo" }]);
    expect(coverage.floorOf("demo", "o-a")).toEqual({ sequence: 2, at: 5 });
    expect(coverage.floor("other", "o-a")).toBe(1);
  });

  it("never goes back when an old entry arrives again", () => {
    const coverage = new Coverage();
    coverage.apply(7, [{ kind: "original", project: "demo", tag: "o-a" }]);
    coverage.apply(3, [{ kind: "original", project: "demo", tag: "o-a" }]);
    expect(coverage.applied).toBe(7);
    expect(coverage.floor("demo", "o-a")).toBe(7);
  });

  it("restores floors and head without lowering what was applied since", () => {
    const coverage = new Coverage();
    coverage.apply(9, [{ kind: "original", project: "demo", tag: "o-a" }]);
    coverage.restore(8, [{ mark: { kind: "original", project: "demo", tag: "o-a" }, sequence: 4 }]);
    expect(coverage.applied).toBe(9);
    expect(coverage.floor("demo", "o-a")).toBe(9);
  });
});
