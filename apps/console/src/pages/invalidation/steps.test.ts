import type { InvalidationEntry, InvalidationStatus, InvalidationStep } from "@freshet/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { applyStep, progressOf } from "./steps.ts";

const ENTRY: InvalidationEntry = {
  ...{ status: "RECEIVED", uuid: "u-1", added_at: "2026-01-02 03:04:05.000000", scope: "original" },
  urls: { received: ["/a.jpg"], invalidated: [], failed: [] },
  ...{ sequence: 7, cause: { kind: "api" }, requested_by: null, retried_by: null, attempt: 1 },
  ...{ done_at: null, error: null, evidence: null },
  stages: [{ status: "RECEIVED", at: "2026-01-02T03:04:05.000Z", targets: [] }],
};
const EVIDENCE = { bytes: { changed: 1, same: 0, unknown: 0 }, probes: { asked: 2, stale: 0 } };
let second = 5;
const step = (status: InvalidationStatus, more: Partial<InvalidationStep> = {}): InvalidationStep => ({
  ...{ uuid: "u-1", sequence: 7, scope: "original", cause: { kind: "api" }, attempt: 1, status },
  ...{
    at: `2026-01-02T03:04:${String(second++ % 60).padStart(2, "0")}.000Z`,
    targets: [],
    error: null,
    evidence: null,
  },
  ...more,
});
const waiting = { node: "varnish 1", status: "waiting", attempts: 0 } as const;
const done = { node: "varnish 1", status: "done", attempts: 1 } as const;
const failed = { node: "varnish 1", status: "failed", attempts: 3, error: "It refused." } as const;

const RUN = [
  step("RECEIVED"),
  step("PREPARING"),
  step("FLUSHINGCLOUDIMAGESERVER", { targets: [{ node: "one", status: "done", attempts: 1, lag: 0 }] }),
  step("FLUSHINGCDNSERVERS", { targets: [waiting] }),
  step("DONE", { targets: [done], evidence: EVIDENCE }),
];

test("an entry goes through its stages to its end with the evidence, its nodes as they ended", () => {
  const seen = RUN.map((_, at) => RUN.slice(0, at + 1).reduce(applyStep, ENTRY));
  expect(seen.map(({ status }) => status)).toEqual(RUN.map(({ status }) => status));
  expect(progressOf(seen[3] ?? ENTRY)).toEqual({ ended: 0, all: 1 });
  const end = seen.at(-1);
  expect(end).toMatchObject({ done_at: RUN[4]?.at, evidence: EVIDENCE, error: null });
  expect(end?.stages.map(({ status }) => status)).toEqual(RUN.map(({ status }) => status));
  expect(end?.stages[3]?.targets).toEqual([done]);
  expect(end?.stages[4]?.targets).toEqual([]);
});

test("targets that move are told within their stage, and what it covers beyond stays", () => {
  const widened = [{ asked: "/a*", covered: "/*" }];
  const flushing: InvalidationEntry = {
    ...ENTRY,
    stages: [
      ...ENTRY.stages,
      { status: "FLUSHINGCDNSERVERS", at: "2026-01-02T03:04:06.000Z", targets: [], widened },
    ],
  };
  const moved = applyStep(flushing, step("FLUSHINGCDNSERVERS", { targets: [done] }));
  expect(moved.stages).toHaveLength(2);
  expect(moved.stages[1]).toMatchObject({ targets: [done], widened });
});

test("a retry begins anew, and what is told late of the attempt before changes nothing", () => {
  const broken = [
    ...RUN.slice(0, 4),
    step("ERROR_CDN_NODE", { targets: [failed], error: "varnish 1" }),
  ].reduce(applyStep, ENTRY);
  expect(broken).toMatchObject({ status: "ERROR_CDN_NODE", error: "varnish 1", done_at: null });
  const again = applyStep(broken, step("RECEIVED", { attempt: 2 }));
  expect(again).toMatchObject({
    status: "RECEIVED",
    attempt: 2,
    error: null,
    stages: [{ status: "RECEIVED" }],
  });
  expect(applyStep(again, step("DONE", { attempt: 1 }))).toBe(again);
});

test("steps of others change nothing", () => {
  expect(applyStep(ENTRY, step("DONE", { uuid: "u-2" }))).toBe(ENTRY);
});

test("whatever comes twice or out of order, an end stays the end and stages stand in order, each once", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...RUN), { maxLength: 12 }), (some) => {
      const entry = some.reduce(applyStep, ENTRY);
      const statuses = entry.stages.map(({ status }) => status);
      expect(statuses).toEqual(RUN.map(({ status }) => status).filter((each) => statuses.includes(each)));
      expect(entry.status).toBe(statuses.at(-1));
      expect(entry.status === "DONE").toBe(some.some(({ status }) => status === "DONE"));
    }),
  );
});
