import { expect, test } from "vitest";
import { claimedSite, createWordPressAdapter } from "./adapter.ts";
import { readEnvelopes } from "./event.ts";
import { readSite } from "./site.ts";
import type { SiteClient } from "./site-client.ts";

const site = readSite("http://site.example");
if (site === undefined) throw new Error("unreachable");
const now = Date.UTC(2026, 10, 23, 10, 0, 0);
const adapter = createWordPressAdapter({ site, secrets: ["a secret of the test"], now: () => now });

/** A site whose outbox has these numbers, written `ageMs` ago. */
function siteWith(sequences: readonly number[], ageMs: number, head = sequences.at(-1) ?? 0): SiteClient {
  const all = sequences.map((sequence) => ({
    id: `evt_${sequence}`,
    sequence,
    at: new Date(now - ageMs).toISOString(),
    files: [],
  }));
  return {
    events: async (after, limit) => ({
      head,
      events: readEnvelopes(all.filter((event) => event.sequence > after).slice(0, limit)) ?? [],
    }),
    status: async () => ({ plugin: "", wordpress: "", php: "", head, pending: 0 }),
    files: async () => ({ attachments: 0, files: [], next: undefined, total: 0 }),
    scan: async () => ({ scanned: 0, next: undefined }),
  };
}
const pull = async (from: string | undefined, client: SiteClient) => {
  const page = await adapter.pull?.(from, client);
  return { ids: page?.events.map((event) => event.id), cursor: page?.cursor };
};

test("pulling goes on after the cursor", async () => {
  expect(await pull(undefined, siteWith([1, 2, 3], 0))).toEqual({
    ids: ["evt_1", "evt_2", "evt_3"],
    cursor: "3",
  });
  expect(await pull("2", siteWith([1, 2, 3], 0))).toEqual({ ids: ["evt_3"], cursor: "3" });
  expect(await pull("3", siteWith([1, 2, 3], 0))).toEqual({ ids: [], cursor: "3" });
});

test("a number that may still turn up holds the cursor, not the events after it", async () => {
  expect(await pull("1", siteWith([1, 2, 4, 5], 1_000))).toEqual({
    ids: ["evt_2", "evt_4", "evt_5"],
    cursor: "2",
  });
});

test("a number still missing after a minute is passed over", async () => {
  expect(await pull("1", siteWith([1, 2, 4, 5], 61_000))).toEqual({
    ids: ["evt_2", "evt_4", "evt_5"],
    cursor: "5",
  });
});

test("a site that counts from an older number again is read from its beginning", async () => {
  expect(await pull("17", siteWith([1, 2, 3], 0))).toEqual({ ids: ["evt_1", "evt_2", "evt_3"], cursor: "3" });
});

test("a cursor that no adapter wrote starts from the beginning", async () => {
  expect(await pull("garbage", siteWith([1], 0))).toEqual({ ids: ["evt_1"], cursor: "1" });
});

test("the site a request names is read without believing it", () => {
  const claim = (text: string) => claimedSite({ headers: {}, body: Buffer.from(text) })?.id;
  expect(claim('{"site":"HTTP://Site.Example/","events":[]}')).toBe("site.example");
  expect([claim("{"), claim("[]"), claim('{"site":7}'), claim('{"site":"file:///etc"}')]).toEqual(
    Array(4).fill(undefined),
  );
});
