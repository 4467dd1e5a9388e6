import type { AssetChange, CmsAdapter } from "@freshet/core";
import type { Kysely } from "@freshet/store";
import { openStore, sql } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import fastify from "fastify";
import { afterEach, expect, test, vi } from "vitest";
import { connector } from "./connector.ts";
import type { Desk } from "./desk.ts";
import { createLanes } from "./lanes.ts";
import type { ConnectedSite } from "./site.ts";
import type { StateWish } from "./states.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const original = "https://site.example/hat.jpg";
const change = (kind: AssetChange["kind"]): AssetChange => ({ kind, original });

/** A connector whose adapter decides as it is told, and what it asked of the server. */
async function start(changes: CmsAdapter<null>["changes"], more: Partial<ConnectedSite<null>> = {}) {
  const store = await openStore(at(await newPlace()));
  const urls: (readonly string[])[] = [];
  const wishes: StateWish[] = [];
  const done = {
    status: "DONE",
    uuid: "u",
    added_at: "",
    scope: "original",
    urls: { received: [], invalidated: [], failed: [] },
  } as const;
  let port: Desk | undefined;
  const app = fastify();
  await app.register(
    connector({
      name: "fake",
      sites: [
        {
          ...{ id: "site", project: "demo", client: null },
          adapter: { name: "fake", verify: async () => ({ ok: false, reason: "malformed" }), changes },
          invalidations: {
            invalidate: async (request) => {
              if ("urls" in request) urls.push(request.urls);
              return {
                status: "success",
                msg: "",
                invalidation: { status: "RECEIVED", uuid: "u", added_at: "" },
              };
            },
            status: async () => done,
          },
          states: {
            write: async (wish) => {
              wishes.push(wish);
              return "s";
            },
          },
          ...more,
        },
      ],
      claimedSite: () => "site",
      attempts: { firstMs: 10, mostMs: 20 },
      store,
      desk: (attached) => {
        port = attached;
      },
    }),
  );
  await app.ready();
  undo.push(async () => {
    await app.close();
    await store.close();
  });
  if (!port) throw new Error("unreachable");
  const inbox = port;
  const line = (event: string) =>
    vi.waitFor(async () => {
      const found = (await inbox.log({ limit: 10 })).find((each) => each.event === event);
      expect(["done", "nothing-to-do", "failed"]).toContain(found?.state);
      return found;
    }, 20_000);
  return { inbox, urls, wishes, store, line };
}

test("a reason stands in the log before what was done, and alone where nothing was", async () => {
  const { inbox, line } = await start(async ({ payload }) => ({
    changes: payload === "changed" ? [change("replaced")] : [],
    reason: `It was ${String(payload)}.`,
  }));
  await inbox.add("site", [
    { id: "a", payload: "changed", subject: "hat" },
    { id: "b", payload: "renamed", subject: "hat" },
  ]);
  expect(await line("a")).toMatchObject({
    state: "done",
    remark: "It was changed. 1 file invalidated.",
    subject: "hat",
  });
  expect(await line("b")).toMatchObject({ state: "nothing-to-do", remark: "It was renamed." });
  expect(await inbox.log({ subject: "shoe", limit: 10 })).toEqual([]);
});

test("what is blocked and served goes to the states with the event's place, the rest to the invalidations", async () => {
  const { inbox, urls, wishes, line } = await start(async () => [
    change("removed"),
    { kind: "blocked", original: `${original}?b` },
    { kind: "served", original: `${original}?s` },
  ]);
  await inbox.add("site", [{ id: "a", order: 7, payload: null }]);
  expect(await line("a")).toMatchObject({ state: "done", invalidations: ["u", "s", "s"] });
  expect(urls).toEqual([[original]]);
  expect(wishes.map(({ state, urls: named, place }) => [state, named, place])).toEqual([
    ["blocked", [`${original}?b`], 7],
    ["served", [`${original}?s`], 7],
  ]);
});

test("what an adapter learned is kept with the changes or not at all, and then it decides anew", async () => {
  let tries = 0;
  const started = await start(async () => {
    tries += 1;
    const isFirst = tries === 1;
    return {
      changes: [change("replaced")],
      keep: async (on) => {
        await sql`insert into learned (n) values (${tries})`.execute(on as Kysely<unknown>);
        if (isFirst) throw new Error("It is true no longer.");
      },
    };
  });
  await sql`create table learned (n integer not null)`.execute(started.store.db);
  await started.inbox.add("site", [{ id: "a", payload: null }]);
  expect(await started.line("a")).toMatchObject({ state: "done" });
  const { rows } = await sql<{ n: number }>`select n from learned`.execute(started.store.db);
  expect(rows.map(({ n }) => n)).toEqual([2]);
  expect(started.urls).toHaveLength(1);
});

test("a site hears when everything is Done", async () => {
  const settled = vi.fn(async () => {});
  const { inbox, line } = await start(async () => [change("replaced")], { settled });
  await inbox.add("site", [{ id: "a", order: 3, payload: 1, subject: "hat" }]);
  await line("a");
  expect(settled).toHaveBeenCalledWith({ id: "a", order: 3, payload: 1, subject: "hat" }, [
    change("replaced"),
  ]);
});

test("one subject at a time, in order, whatever the others do", async () => {
  const alone = createLanes();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = alone("hat", async () => {
    await gate.promise;
    seen.push("hat 1");
    throw new Error("trouble");
  });
  const second = alone("hat", async () => void seen.push("hat 2"));
  await alone("shoe", async () => void seen.push("shoe"));
  gate.resolve();
  await expect(first).rejects.toThrow("trouble");
  await second;
  expect(seen).toEqual(["shoe", "hat 1", "hat 2"]);
});
