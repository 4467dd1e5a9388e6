import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEdge } from "../instances/edge.test.support.ts";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { done, hostOf, makeProject, twoProjects } from "./api.test.support.ts";

const HAT = "/hat.gif";
const HOST = { host: hostOf("shop") };

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.stop());

const settings = () => ({
  aliases: { _site_: fleet.origin, _gone_: { folder: "gone" } },
  origins: { allowPrivate: true },
  formats: [],
});

async function say(instance: Instance, body: object): Promise<{ applied: string[]; ignored: string[] }> {
  const answer = await instance.ask("POST", "/projects/shop/states", { body });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200 });
  if (answer.body.invalidation) {
    const [entry] = await done(instance, "shop", [answer.body.invalidation]);
    expect(entry?.status).toBe("DONE");
  }
  return answer.body;
}

const urls = [`/_site_${HAT}`];

test("a blocked original is gone from every instance and edge once that is Done: no origin is asked, under no version", async () => {
  const edge = createEdge({ host: HOST.host });
  const a = await fleet.start({ name: "a", drivers: [edge.driver], projects: twoProjects });
  const b = await fleet.start({ name: "b", role: "delivery", projects: twoProjects });
  edge.inner = b;
  await makeProject(a, "shop", settings());
  await expect.poll(async () => (await b.get(HAT, HOST)).version, { timeout: 5_000 }).toBe(0);
  for (const path of [HAT, `${HAT}?w=1`]) expect((await edge.get(path)).status).toBe(200);
  await say(a, { state: "blocked", urls, place: 7, cause: { kind: "contentful", id: "unpublish-7" } });
  const fetches = fleet.fetches();
  for (const path of [HAT, `${HAT}?w=1`, `${HAT}?vh=9`, `${HAT}?vh=c0123456789ab`]) {
    for (const instance of [a, b]) {
      const answer = await instance.get(path, HOST);
      expect(answer.status).toBe(410);
      expect(answer.headers).toMatchObject({
        "cache-control": "no-store",
        "content-type": "image/png",
        "freshet-error": "ORIGINAL_BLOCKED",
        "x-hexa-missingbehavior": "1",
      });
    }
    expect((await edge.get(path)).status).toBe(410);
  }
  // An invalidation of it asks no origin either.
  const { body } = await a.ask("POST", "/invalidate?project=shop", { body: { scope: "original", urls } });
  await done(a, "shop", [body.invalidation.uuid]);
  expect((await b.get(HAT, HOST)).status).toBe(410);
  expect(fleet.fetches()).toBe(fetches);
  expect((await b.get("/other.gif", HOST)).status).toBe(200);
  fleet.publish(HAT);
  const lifted = await say(a, { state: "served", urls, place: 8 });
  expect(lifted).toMatchObject({ applied: urls, ignored: [] });
  expect((await edge.get(HAT)).version).toBe(1);
  for (const instance of [a, b]) expect((await instance.get(HAT, HOST)).version).toBe(1);
});

test("a fill that was under way when its original was blocked is kept by nobody", async () => {
  const edge = createEdge({ host: HOST.host });
  const a = await fleet.start({ name: "a", drivers: [edge.driver], projects: twoProjects });
  const b = await fleet.start({ name: "b", role: "delivery", projects: twoProjects });
  edge.inner = b;
  await makeProject(a, "shop", settings());
  await expect.poll(async () => (await b.get("/other.gif", HOST)).version, { timeout: 5_000 }).toBe(0);
  const release = fleet.hold(HAT);
  const begun = fleet.fetches();
  const slow = edge.get(HAT);
  await expect.poll(() => fleet.fetches()).toBeGreaterThan(begun);
  await say(a, { state: "blocked", urls, place: 1 });
  release();
  await slow;
  expect((await edge.get(HAT)).status).toBe(410);
  expect((await b.get(HAT, HOST)).status).toBe(410);
});

test("the newest event in the order of the CMS decides, whatever the order in which events arrive", async () => {
  const a = await fleet.start({ name: "a", isAlone: true });
  await makeProject(a, "shop", settings());
  let original = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ state: fc.constantFrom("blocked", "served"), place: fc.nat(9) }), {
        minLength: 1,
        maxLength: 6,
      }),
      async (events) => {
        original += 1;
        const path = `/${original}.gif`;
        let newest = { state: "served", place: -1 };
        for (const event of events) {
          const isLater = event.place > newest.place;
          const said = await say(a, { ...event, urls: [`/_site_${path}`] });
          expect(said.applied).toHaveLength(isLater ? 1 : 0);
          expect(said.ignored).toHaveLength(isLater ? 0 : 1);
          if (isLater) newest = event;
          expect((await a.get(path, HOST)).status).toBe(newest.state === "blocked" ? 410 : 200);
        }
      },
    ),
    { numRuns: 15 },
  );
});

test("states survive a restart and are listed; the end of the project ends them", async () => {
  const a = await fleet.start({ name: "a" });
  const { headers } = await makeProject(a, "shop", settings());
  await say(a, { state: "blocked", urls, place: 3 });
  await a.stop();
  const b = await fleet.start({ name: "b" });
  expect((await b.get(HAT, HOST)).status).toBe(410);
  const { body } = await b.ask("GET", "/projects/shop/states");
  expect(body.states).toMatchObject([{ path: urls[0], state: "blocked", place: 3 }]);
  const version = { headers: { "if-match": String(headers.etag) } };
  expect((await b.ask("DELETE", "/projects/shop", version)).status).toBe(200);
  await makeProject(b, "shop", settings());
  expect((await b.get(HAT, HOST)).status).toBe(200);
});

test("a redirected project sends visitors to the originals' own addresses, until it is served again", async () => {
  const edge = createEdge({ host: HOST.host });
  const a = await fleet.start({ name: "a", drivers: [edge.driver], projects: twoProjects });
  const b = await fleet.start({ name: "b", role: "delivery", projects: twoProjects });
  edge.inner = b;
  await makeProject(a, "shop", settings());
  await expect.poll(async () => (await b.get(HAT, HOST)).version, { timeout: 5_000 }).toBe(0);
  expect((await edge.get(HAT)).status).toBe(200);
  await say(a, { state: "redirect", scope: "all", place: 1 });
  const fetches = fleet.fetches();
  const answer = await b.get(`${HAT}?w=20&vh=3`, HOST);
  expect(answer).toMatchObject({
    status: 302,
    headers: { location: `${fleet.origin}${HAT}`, "cache-control": "no-store" },
  });
  expect((await edge.get(HAT)).status).toBe(302);
  // A single original may be blocked all the same, and what has no address of its own is not to be had.
  await say(a, { state: "blocked", urls, place: 2 });
  expect((await b.get(HAT, HOST)).status).toBe(410);
  const folder = await b.server.app.inject({ url: "/v7/_gone_/a.jpg", headers: HOST });
  expect(folder.statusCode).toBe(410);
  expect(fleet.fetches()).toBe(fetches);
  await say(a, { state: "served", urls, place: 3 });
  await say(a, { state: "served", scope: "all", place: 2 });
  expect((await edge.get(HAT)).version).toBe(0);
});

test("nobody is led anywhere by the name of a project that fetches from everywhere", async () => {
  const a = await fleet.start({ name: "a", isAlone: true });
  await makeProject(a, "shop", { origins: { allow: ["*", "written.example"] } });
  await say(a, { state: "redirect", scope: "all", place: 1 });
  const at = (url: string) => a.server.app.inject({ url, headers: HOST });
  expect((await at("/v7/https://written.example/a.jpg")).headers.location).toBe(
    "https://written.example/a.jpg",
  );
  const elsewhere = await at("/v7/https://evil.example/a.jpg");
  expect(elsewhere.statusCode).toBe(403);
  expect(elsewhere.headers.location).toBeUndefined();
});

test("an event that names nothing, or too much, is refused", async () => {
  const a = await fleet.start({ name: "a", isAlone: true });
  await makeProject(a, "shop", settings());
  for (const [body, status] of [
    [{ state: "blocked", place: 1 }, 400],
    [{ state: "blocked", place: 1, urls, scope: "all" }, 400],
    [{ state: "blocked", place: 1, urls: [] }, 400],
    [{ state: "blocked", place: 1, urls: ["/_site_/*"] }, 400],
    [{ state: "blocked", place: 1, urls: ["x?"] }, 400],
    [{ state: "blocked", place: -1, urls }, 400],
    [{ state: "blocked", place: 1.5, urls }, 400],
    [{ state: "gone", place: 1, urls }, 400],
    [{ state: "blocked", place: 1, urls, cause: { kind: "x", link: "javascript:alert(1)" } }, 400],
  ] as const) {
    const answer = await a.ask("POST", "/projects/shop/states", { body });
    expect([body, answer.status]).toEqual([body, status]);
  }
  expect((await a.get(HAT, HOST)).status).toBe(200);
});

test("an instance past its lease does not give what it cannot know to be served", async () => {
  const a = await fleet.start({ name: "a", projects: twoProjects });
  const b = await fleet.start({ name: "b", role: "delivery", projects: twoProjects });
  await makeProject(a, "shop", settings());
  await expect.poll(async () => (await b.get(HAT, HOST)).version, { timeout: 5_000 }).toBe(0);
  b.freeze();
  const { body } = await a.ask("POST", "/projects/shop/states", {
    body: { state: "blocked", urls, place: 1 },
  });
  const [entry] = await done(a, "shop", [body.invalidation]);
  expect(entry?.stages[2]?.targets).toMatchObject([{ status: "done" }, { node: "b", status: "skipped" }]);
  expect((await b.get(HAT, HOST)).status).toBe(410);
  await b.store.close();
  // Without the store nobody can say whether it is blocked; a project of the file, of which nothing could be, is served.
  expect((await b.get(HAT, HOST)).status).toBe(503);
  expect((await b.get(HAT, { host: hostOf("demo") })).status).toBe(200);
  await b.crash();
});
