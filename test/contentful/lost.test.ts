import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isShade, type Shade } from "../support/origin.ts";
import { full } from "../support/size.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import { type Editor, editorOf, invalidated, settled } from "./editor.ts";
import { ADMIN, type EventLine, type Installation, startInstallation } from "./installation.ts";
import { paint } from "./paint.ts";

const RED: Shade = { red: 200, green: 30, blue: 30 };
const BLUE: Shade = { red: 30, green: 60, blue: 200 };
/** Assets of which a day of events is missed. */
const ASSETS = full ? 60 : 6;

const missing = await varnishIsMissing();

describe.skipIf(missing)(`events of Contentful that are lost, doubled or late ${missing ?? ""}`, () => {
  let all: Installation;
  let editor: Editor;
  beforeAll(async () => {
    all = await startInstallation();
    editor = editorOf(all, all.spaces.one);
  }, 240_000);
  afterAll(() => all?.stop());

  const shown = async (original: string, project: "one" | "two" = "one") => {
    const { status, shade } = await all.see(project, original);
    return status === 200 ? (isShade(shade, RED) ? "red" : isShade(shade, BLUE) ? "blue" : "?") : status;
  };
  /** Originals named in invalidations since this many of them were counted. */
  const namedSince = async (before: number) => {
    const list = await invalidated(all);
    return list
      .slice(0, list.length - before)
      .flatMap(({ urls }) => urls)
      .toSorted();
  };
  const count = async () => (await invalidated(all)).length;
  /** Compares with Contentful and waits until that and what it found is done. */
  const reconcile = async () => {
    const { status, body } = await all.call("POST backfill");
    expect([status, body.code]).toEqual([200, undefined]);
    const begun = Date.now();
    for (;;) {
      const { body: now } = await all.call("GET backfill");
      const comparison = now.comparison as { readonly state: string; readonly begun_at: string } | null;
      if (comparison?.state === "done" && Date.parse(comparison.begun_at) >= begun - 5_000) break;
      if (Date.now() - begun > 60_000) throw new Error(`${JSON.stringify(now)} ${all.connector.logs()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await quiet();
  };
  const quiet = async () => {
    for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const { body } = await all.call("POST events", { limit: 200 });
      const lines = body.events as readonly EventLine[];
      if (lines.every(({ state }) => state !== "received" && state !== "invalidating")) return;
      if (Date.now() > end) throw new Error(`${JSON.stringify(lines.slice(0, 5))} ${all.connector.logs()}`);
    }
  };

  test("an event that is sent many times, by two ways, is followed once", async () => {
    const { events } = all.spaces.one;
    await editor.publish("hat", { "en-US": RED });
    await settled(all, "hat", "Asset.publish");
    const before = await count();
    const published = events.all.findLast(({ topic }) => topic === "Asset.publish");
    if (!published) throw new Error("There is no such event.");
    for (let attempt = 2; attempt < 5; attempt += 1)
      expect(await events.send(published, attempt)).toEqual([200]);
    // A webhook tells the same with a key of its own.
    const headers = { ...published.headers, "x-contentful-idempotency-key": "f".repeat(64) };
    expect(await events.send({ ...published, headers })).toEqual([200]);
    await quiet();
    expect(await count()).toBe(before);
    expect((await settled(all, "hat", "Asset.publish")).reason).toBe(
      "Published; no file changed, only what is said about it.",
    );
  });

  test("whatever the order in which events come, the newest is true in the end", async () => {
    const { events } = all.spaces.one;
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
      ...(full
        ? [
            [1, 3, 0, 2],
            [3, 0, 1, 2],
          ]
        : []),
    ];
    for (const [at, order] of orders.entries()) {
      const id = `late${at}`;
      await editor.publish(id, { "en-US": RED });
      await settled(all, id, "Asset.publish");
      expect(await shown(`ctf:space1/${id}`)).toBe("red");
      events.state.mode = "held";
      events.held.length = 0;
      await editor.unpublish(id);
      await editor.republish(id);
      await editor.unpublish(id);
      const last = await editor.publish(id, { "en-US": BLUE });
      expect(last.fields.file).toBeDefined();
      events.state.mode = "sent";
      const told = events.held.filter(({ topic }) => /publish$/.test(topic));
      expect(told.map(({ topic }) => topic)).toHaveLength(4);
      for (const index of order) {
        const event = told[index];
        if (event) expect(await events.send(event)).toEqual([200]);
      }
      await quiet();
      expect(await shown(`ctf:space1/${id}`), order.join()).toBe("blue");
    }
  });

  test("what happened in a day without events is found by comparing, and nothing else is purged", async () => {
    const { events, requests } = all.spaces.one;
    const ids = Array.from({ length: ASSETS }, (_, at) => `day${String(at).padStart(3, "0")}`);
    for (const id of ids) await editor.publish(id, { "en-US": RED });
    await quiet();
    for (const id of ids) expect(await shown(`ctf:space1/${id}`)).toBe("red");
    const [replaced = "", unpublished = "", archived = "", removed = "", ...untouched] = ids;
    const before = await count();

    await all.connector.stop();
    events.state.mode = "lost";
    await editor.publish(replaced, { "en-US": BLUE });
    await editor.unpublish(unpublished);
    await editor.unpublish(archived);
    await editor.archive(archived);
    await editor.unpublish(removed);
    await editor.remove(removed);
    await editor.rename(untouched[0] ?? "", "Another title");
    await editor.publish("new-one", { "en-US": BLUE });
    events.state.mode = "sent";
    await all.connector.start();

    requests.length = 0;
    await reconcile();
    expect(await shown(`ctf:space1/${replaced}`)).toBe("blue");
    expect(await shown("ctf:space1/new-one")).toBe("blue");
    for (const id of [unpublished, archived, removed]) expect(await shown(`ctf:space1/${id}`)).toBe(404);
    const named = await namedSince(before);
    for (const id of untouched) expect(named.filter((each) => each.includes(`/${id}`))).toEqual([]);
    expect(named.filter((each) => each === `ctf:space1/${replaced}`)).toHaveLength(1);
    // Three stable ids and, but for the new one, an address each: what had to be named, once.
    expect(named).toHaveLength(4 + 3 * 4 + 3);
    const topics = ["Asset.publish", "Asset.unpublish", "Asset.archive", "Asset.delete"];
    for (const [at, id] of [replaced, unpublished, archived, removed].entries()) {
      const line = await settled(all, id, topics[at] ?? "");
      expect(line.reason).toContain("No event had said so; it was found by comparing with Contentful.");
      expect(line.came_by).toBe("comparison");
    }
    const again = await count();
    await reconcile();
    expect(await count()).toBe(again);
    console.log(
      `${ids.length} assets, 5 changes missed: ${named.length} originals named, ${requests.length} requests to Contentful in two comparisons`,
    );
  });

  test("the server asks the connector how a project's space stands, and has it compared", async () => {
    const { events } = all.spaces.one;
    type Sites = { readonly sites: readonly { site: string; reconcile: { state: string; pass: number } }[] };
    const statusOf = async (project: "one" | "two") => {
      const { status, body } = await all.askServer<Sites>(project, "GET status");
      return status === 200 ? body.sites : [];
    };
    // It announces itself anew after each start.
    await expect.poll(() => statusOf("one")).toMatchObject([{ site: "space1" }]);
    expect(await statusOf("two")).toMatchObject([{ site: "space2" }]);
    await editor.publish("asked", { "en-US": RED });
    await settled(all, "asked", "Asset.publish");
    expect(await shown("ctf:space1/asked")).toBe("red");
    events.state.mode = "lost";
    await editor.publish("asked", { "en-US": BLUE });
    events.state.mode = "sent";
    const [before] = await statusOf("one");
    expect(before?.reconcile.state).toBe("resting");
    expect(await all.askServer("two", "POST reconcile?site=space1")).toEqual({
      status: 202,
      body: { sites: [] },
    });
    expect(await all.askServer("one", "POST reconcile")).toEqual({
      status: 202,
      body: { sites: ["space1"] },
    });
    await expect
      .poll(async () => (await statusOf("one"))[0]?.reconcile)
      .toMatchObject({ state: "resting", pass: (before?.reconcile.pass ?? 0) + 1, found: 1 });
    await quiet();
    expect(await shown("ctf:space1/asked")).toBe("blue");
    type Lines = { readonly events: readonly { event: string; via: string; state: string }[] };
    const { body } = await all.askServer<Lines>("one", "GET events?limit=1");
    expect(body.events).toMatchObject([{ site: "space1", via: "pull", state: "done" }]);
    expect((await all.askServer<Lines>("two", "GET events?limit=1000&site=space1")).body.events).toEqual([]);
  });

  test("a flood of 429 and an expired token in the middle of a comparison lose nothing", async () => {
    const { one } = all.spaces;
    await editor.publish("flood", { "en-US": RED });
    await settled(all, "flood", "Asset.publish");
    expect(await shown("ctf:space1/flood")).toBe("red");
    one.events.state.mode = "lost";
    await editor.publish("flood", { "en-US": BLUE });
    one.events.state.mode = "sent";
    const before = await count();
    const tokens = one.tokensGiven();
    one.expireTokens();
    one.flood(5, 1);
    await reconcile();
    expect(await shown("ctf:space1/flood")).toBe("blue");
    // One for the alias and one for the environment behind it.
    expect(one.tokensGiven() - tokens).toBeLessThanOrEqual(2);
    expect(one.tokensGiven()).toBeGreaterThan(tokens);
    expect((await namedSince(before)).filter((each) => !each.includes("flood"))).toEqual([]);
  });

  test("two spaces never see each other", async () => {
    const { one, two } = all.spaces;
    await editorOf(all, two).publish("hat", { "en-US": BLUE });
    await settled(all, "hat", "Asset.publish", { space: two.space });
    expect(await shown("ctf:space2/hat", "two")).toBe("blue");
    expect(await shown("ctf:space1/hat")).toBe("red");
    // A stable id of the other space is no original of the project.
    expect(await shown("ctf:space2/hat", "one")).not.toBe("blue");
    expect((await invalidated(all, "two")).flatMap(({ urls }) => urls).join()).not.toContain("space1");
    expect((await invalidated(all, "one")).flatMap(({ urls }) => urls).join()).not.toContain("space2");
    const lines = async (space: string) =>
      ((await all.call("POST events", { limit: 200 }, { space })).body.events as readonly EventLine[]).length;
    expect(await lines(two.space)).toBeLessThan(await lines(one.space));
    const { body } = await all.call("POST assets", { assets: ["day000", "hat"] }, { space: two.space });
    const assets = body.assets as readonly { asset: string; state: string }[];
    expect(assets.map(({ asset, state }) => [asset, state])).toEqual([
      ["day000", "unknown"],
      ["hat", "published"],
    ]);
    // Whoever administers one space administers that one alone.
    two.members.delete(ADMIN);
    const { status } = await all.call("PUT policy", { unpublished: "block" }, { space: two.space });
    expect(status).toBe(403);
  });

  test("what Contentful's own importer publishes is delivered in both locales", async () => {
    const { one } = all.spaces;
    one.store.uploads.set("https://uploads.example/one.jpg", await paint(RED));
    one.store.uploads.set("https://uploads.example/zwei.jpg", await paint(BLUE));
    const file = (name: string) => ({
      contentType: "image/jpeg",
      fileName: name,
      url: `//uploads.example/${name}`,
    });
    const link = (linkType: string, id: string) => ({ sys: { type: "Link", linkType, id } });
    await all.clients.runImport({
      spaceId: one.space,
      environmentId: "master",
      managementToken: "editors-token",
      host: one.host,
      insecure: true,
      useVerboseRenderer: true,
      skipContentModel: true,
      timeout: 20_000,
      errorLogFile: "/dev/null",
      content: {
        assets: [
          {
            sys: { id: "imported", type: "Asset", publishedVersion: 3, space: link("Space", one.space) },
            fields: {
              title: { "en-US": "One", de: "Eins" },
              file: { "en-US": file("one.jpg"), de: file("zwei.jpg") },
            },
          },
        ],
        entries: [],
      },
    });
    const line = await settled(all, "imported", "Asset.publish");
    expect(line.reason).toBe(
      "Published for the first time: de has a file now, en-US has a file now. 3 files invalidated.",
    );
    expect(await shown("ctf:space1/imported")).toBe("red");
    expect(await shown("ctf:space1/imported/de")).toBe("blue");
  }, 60_000);
});
