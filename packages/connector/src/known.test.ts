import type { AssetChange } from "@freshet/core";
import { openStore } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createKnownVersions, isKnown } from "./known.ts";
import { migrationsOf, tablesOf } from "./schema.ts";
import { walkMigrationsOf, walkTablesOf } from "./walk-schema.ts";

const replaced = (version: string): AssetChange => ({
  kind: "replaced",
  original: "http://a.example/a.jpg",
  version,
});

test("only a later event with the same version and digest asks for nothing", () => {
  const known = { version: "c1", digest: "d1", order: 5, acted: 0 };
  const same: AssetChange = { ...replaced("c1"), digest: "d1" };
  expect(isKnown(same, 6, known)).toBe(true);
  expect(isKnown(same, 5, known)).toBe(false);
  expect(isKnown(same, 4, known)).toBe(false);
  expect(isKnown({ ...same, version: "c0" }, 4, { ...known, acted: 5 })).toBe(true);
  expect(isKnown({ ...same, version: "c0" }, 5, { ...known, acted: 5 })).toBe(false);
  expect(isKnown(same, 0, { ...known, order: 0 })).toBe(false);
  expect(isKnown({ ...same, digest: "d2" }, 6, known)).toBe(false);
  expect(isKnown({ ...same, version: "c2" }, 6, known)).toBe(false);
  expect(isKnown(replaced("c1"), 6, known)).toBe(false);
  expect(isKnown({ ...same, kind: "removed" }, 6, known)).toBe(false);
  expect(isKnown(same, 6, undefined)).toBe(false);
  expect(isKnown({ kind: "replaced", original: same.original }, 6, { order: 5, acted: 0 })).toBe(false);
});

test("in whatever order events arrive, a cache holds the newest bytes once all are dealt with", async () => {
  const store = await openStore(at(await newPlace()));
  const tables = tablesOf("model");
  await store.migrate(tables.owner, migrationsOf(tables));
  const walkTables = walkTablesOf(tables);
  await store.migrate(walkTables.owner, walkMigrationsOf(walkTables, tables));
  const versions = createKnownVersions(store, tables);
  let run = 0;
  // Each step is a new version of the file, or an event to deal with, picked from those that have happened.
  const steps = fc.array(
    fc.oneof(fc.record({ write: fc.constantFrom("c1", "c2") }), fc.record({ deal: fc.nat(20) })),
    {
      maxLength: 14,
    },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      run += 1;
      const site = `site-${run}`;
      let origin = "c0";
      let cached = "c0";
      const waiting: { readonly order: number; readonly version: string }[] = [];
      let order = 0;
      const deal = async (index: number) => {
        const [event] = waiting.splice(index, 1);
        if (event === undefined) return;
        const change = replaced(event.version);
        const skip = isKnown(change, event.order, await versions.of(site).get(change.original));
        // The worst cache: it is filled again in the moment of its purge, and keeps that until the next one.
        if (!skip) cached = origin;
        await versions.remember(store.db, site, [change], event.order, !skip);
      };
      for (const step of taken) {
        if ("deal" in step) await deal(step.deal % Math.max(1, waiting.length));
        else {
          order += 1;
          origin = step.write;
          waiting.push({ order, version: origin });
        }
      }
      while (waiting.length > 0) await deal(waiting.length - 1);
      expect(cached).toBe(origin);
    }),
    { numRuns: 300 },
  );
  await store.close();
});
