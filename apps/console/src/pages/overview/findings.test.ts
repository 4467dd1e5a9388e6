import type { InvalidationEntry } from "@freshet/core";
import { expect, it } from "vitest";
import { findingsOf, isOpen } from "./findings.ts";
import type { Connector } from "./shapes.ts";

const entry = (more: Partial<InvalidationEntry>): InvalidationEntry => ({
  status: "DONE",
  uuid: "0b1c",
  added_at: "2030-01-31 12:00:00.000000",
  scope: "original",
  urls: { received: ["/a.jpg", "/b.jpg"], invalidated: [], failed: [] },
  sequence: 1,
  cause: { kind: "api" },
  attempt: 1,
  done_at: null,
  error: null,
  stages: [],
  evidence: null,
  ...more,
});
const connector = (more: Partial<Connector>): Connector => ({
  ...{ id: "wp", project: "shop", kind: "wordpress", state: "running", lag: 0, waiting: 0, is_present: true },
  seen_at: "2030-01-31T12:00:00.000Z",
  ...more,
});
const now = new Date("2030-03-02T00:00:00Z");
const nothing = { logs: [], instances: undefined, connectors: [], nodes: [], now };

it("finds nothing where all is well", () => {
  const instance = { name: "one", role: "all", lag: 0, state: "current", seen_at: "" } as const;
  const connectors = [connector({}), connector({ state: "paused" })];
  const logs = [{ project: "shop", newest: [entry({})], failed: [] }];
  const nodes = [
    { name: "varnish a", state: "in_step", waiting: 0 },
    { name: "varnish b", state: "behind", waiting: 1, waiting_since: "2030-03-01T23:59:55Z" },
  ] as const;
  expect(
    findingsOf({ ...nothing, logs, instances: { head: 7, instances: [instance] }, connectors, nodes }),
  ).toEqual([]);
});

it("leads to each invalidation that failed", () => {
  const failed = [entry({ status: "ERROR_CDN_NODE", error: "edge-1 does not answer" })];
  const [finding] = findingsOf({ ...nothing, logs: [{ project: "a/b", newest: undefined, failed }] });
  expect(finding).toMatchObject({
    subject: "a/b: /a.jpg and 1 more",
    sentence: "The invalidation failed: edge-1 does not answer",
    href: "/p/a%2Fb/invalidation/0b1c",
  });
});

it("puts what is worse first, then what is newer", () => {
  const instances = {
    head: 9,
    instances: [
      { name: "slow", role: "all", lag: 1, state: "behind", seen_at: "2030-02-02T00:00:00Z" },
      { name: "gone", role: "all", lag: 4, state: "skipped", seen_at: "2030-02-01T00:00:00Z" },
    ] as const,
  };
  const connectors = [
    connector({ id: "away", is_present: false, seen_at: "2030-01-01T00:00:00Z" }),
    connector({ id: "late", lag: 900, waiting: 12, seen_at: "2030-03-01T00:00:00Z" }),
  ];
  const found = findingsOf({ ...nothing, instances, connectors });
  expect(found.map(({ subject }) => subject.replace(/^shop: /, ""))).toEqual([
    "Instance gone",
    "connector away (wordpress)",
    "connector late (wordpress)",
    "Instance slow",
  ]);
});

it("says which nodes may show old pictures, and which are late", () => {
  const nodes = [
    { name: "a", state: "behind", waiting: 2, waiting_since: "2030-03-01T23:50:00Z" },
    { name: "b", state: "away", waiting: 1, last_error: { reason: "b cannot be reached." } },
    { name: "c", state: "failed", waiting: 0, last_error: { at: "2030-03-01T00:00:00Z", reason: "403" } },
  ] as const;
  const found = findingsOf({ ...nothing, nodes });
  expect(found.map(({ kind, subject, sentence, href }) => [kind, subject, sentence, href])).toEqual([
    ["bad", "CDN node b", "It is away. b cannot be reached.", "/nodes"],
    ["bad", "CDN node c", "Its last purge failed: it may show old pictures. 403", "/nodes"],
    ["warn", "CDN node a", "2 invalidations wait for it.", "/nodes"],
  ]);
});

it("counts as open what is on its way", () => {
  expect(isOpen(entry({ status: "FLUSHINGCDNSERVERS" }))).toBe(true);
  for (const status of ["DONE", "ERROR", "ERROR_CDN_NODE"] as const)
    expect(isOpen(entry({ status }))).toBe(false);
});
