import fc from "fast-check";
import type { FastifyInstance, InjectOptions } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Boot, boot, DEMO, newFile, routesOf, SHOP } from "./fixture.ts";

let app: FastifyInstance;
let made: Boot;
beforeAll(async () => {
  made = await boot(await newFile());
  await made.invalidation.start();
  app = await routesOf(made);
});
afterAll(async () => {
  await app.close();
  await made.stop();
});

const KEY = { "x-client-key": DEMO.apiKey };
const post = (body: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: "POST",
    url: "/invalidate",
    headers: { ...KEY, "content-type": "application/json", ...headers },
    payload: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
const get = (url: string, headers: Record<string, string> = KEY) => app.inject({ url, headers });

test("an accepted invalidation is answered with Cloudimage's 201, and its status with their envelope", async () => {
  const answer = await post({ scope: "original", urls: ["/site/a.jpg"] });
  expect(answer.statusCode).toBe(201);
  const { invalidation, ...rest } = answer.json();
  expect(rest).toEqual({ status: "success", msg: "Your invalidation request has been received" });
  expect(invalidation.status).toBe("RECEIVED");
  expect(invalidation.uuid).toMatch(/^[0-9a-f-]{36}$/);
  expect(invalidation.added_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
  await made.invalidation.waitFor(DEMO, invalidation.uuid);
  expect((await get(`/invalidate/${invalidation.uuid}`)).json()).toMatchObject({
    status: "success",
    invalidation: {
      status: "DONE",
      uuid: invalidation.uuid,
      added_at: invalidation.added_at,
      urls: { received: ["/site/a.jpg"], invalidated: ["/site/a.jpg"], failed: [] },
      scope: "original",
    },
  });
});

test("the scope all takes no urls and reports none as received", async () => {
  const { invalidation } = (await post({ scope: "all" })).json();
  await made.invalidation.waitFor(DEMO, invalidation.uuid);
  const answer = (await get(`/invalidate/${invalidation.uuid}`)).json();
  expect(answer.invalidation.urls).toEqual({ received: null, invalidated: ["/*"], failed: [] });
});

test("cause and digests are kept", async () => {
  const cause = { kind: "wordpress", id: "evt_1", link: "https://example.com/wp-admin/post.php?post=1" };
  const digests = { "a.jpg": "AB".repeat(32) };
  const { invalidation } = (await post({ scope: "original", urls: ["/a.jpg"], cause, digests })).json();
  const entry = await made.invalidation.waitFor(DEMO, invalidation.uuid);
  expect(entry).toMatchObject({ cause, evidence: { digests: { match: 0, differ: 0, unknown: 1 } } });
});

test("an entry says who asked for it, and what was noted about it", async () => {
  const cause = { kind: "console", note: "The hat is green now." };
  const { invalidation } = (await post({ scope: "original", urls: ["/a.jpg"], cause })).json();
  const entry = await made.invalidation.waitFor(DEMO, invalidation.uuid);
  expect(entry).toMatchObject({ cause, requested_by: "configuration (demo)", retried_by: null });
  const { uuid } = (await made.invalidation.accept(DEMO, { scope: "all" }, { kind: "test" })).invalidation;
  expect(await made.invalidation.waitFor(DEMO, uuid)).toMatchObject({ requested_by: null });
});

test("what an invalidation reaches is said to who may look", async () => {
  const answer = await get("/invalidate/reach");
  expect([answer.statusCode, answer.json()]).toMatchObject([
    200,
    { status: "success", instances: [{ name: "instance" }], nodes: [] },
  ]);
});

test.each([
  [{ "content-type": "application/x-www-form-urlencoded" }],
  [{ "content-type": "text/plain" }],
  [{ "content-type": "application/vnd.any+json; charset=utf-8" }],
])("JSON is JSON under any label: %o", async (headers) => {
  expect((await post('{"scope":"all"}', headers)).statusCode).toBe(201);
});

test("the same Idempotency-Key gives the same receipt, with another body 409", async () => {
  const header = { "idempotency-key": "order 66" };
  const first = await post({ scope: "original", urls: ["/a.jpg"] }, header);
  const again = await post('{ "urls": ["v7/a.jpg"], "scope": "original" }', header);
  expect(again.statusCode).toBe(201);
  expect(again.json()).toEqual(first.json());
  const other = await post({ scope: "all" }, header);
  expect([other.statusCode, other.json().code]).toEqual([409, "IDEMPOTENCY_KEY_REUSED"]);
  const long = await post({ scope: "all" }, { "idempotency-key": "x".repeat(201) });
  expect(long.statusCode).toBe(400);
});

test("a wrong or missing key is 401 on every address, before the body is looked at", async () => {
  for (const headers of [{}, { "x-client-key": "" }, { "x-client-key": "wrong" }]) {
    for (const request of [
      { method: "POST", url: "/invalidate", payload: "{" },
      { method: "GET", url: "/invalidate" },
      { method: "GET", url: "/invalidate/x" },
      { method: "POST", url: "/invalidate/x/retry" },
    ] as const satisfies readonly InjectOptions[]) {
      const answer = await app.inject({ ...request, headers });
      expect([answer.statusCode, answer.json()]).toMatchObject([
        401,
        { status: "error", code: "API_KEY_WRONG" },
      ]);
    }
  }
});

test("a project sees, retries and lists its own entries only", async () => {
  const { invalidation } = (await post({ scope: "all" })).json();
  const shop = { "x-client-key": SHOP.apiKey };
  expect((await get(`/invalidate/${invalidation.uuid}`, shop)).json().code).toBe("INVALIDATION_UNKNOWN");
  expect((await get("/invalidate", shop)).json()).toEqual({
    status: "success",
    invalidations: [],
    cursor: null,
  });
  await made.invalidation.waitFor(DEMO, invalidation.uuid);
  const retry = (headers: Record<string, string>) =>
    app.inject({ method: "POST", url: `/invalidate/${invalidation.uuid}/retry`, headers });
  expect((await retry(shop)).statusCode).toBe(404);
  expect((await retry(KEY)).json()).toMatchObject({ status: "error", code: "RETRY_NOT_NEEDED" });
});

test("the list is newest first and goes on by its cursor", async () => {
  await post({ scope: "original", urls: ["/list-1.jpg"] });
  await post({ scope: "original", urls: ["/list-2.jpg"] });
  const first = (await get("/invalidate?limit=1")).json();
  expect(first.invalidations).toMatchObject([{ urls: { received: ["/list-2.jpg"] } }]);
  const next = (await get(`/invalidate?limit=1&cursor=${first.cursor}`)).json();
  expect(next.invalidations).toMatchObject([{ urls: { received: ["/list-1.jpg"] } }]);
  expect((await get("/invalidate?limit=100000")).statusCode).toBe(200);
  for (const query of ["limit=-1", "limit=x", "cursor=", "cursor=s", "cursor=sZ", "cursor=s1&cursor=s2"]) {
    const answer = await get(`/invalidate?${query}`);
    expect([query, answer.statusCode, answer.json().status]).toEqual([query, 400, "error"]);
  }
});

test.each([
  ["", 400, "BODY_UNREADABLE"],
  ["{", 400, "BODY_UNREADABLE"],
  [Buffer.from([0x7b, 0xff, 0x7d]), 400, "BODY_UNREADABLE"],
  [[], 400, "BODY_UNREADABLE"],
  ["null", 400, "BODY_UNREADABLE"],
  [{}, 400, "SCOPE_UNKNOWN"],
  [{ scope: "everything" }, 400, "SCOPE_UNKNOWN"],
  [{ scope: "urls" }, 400, "URLS_MISSING"],
  [{ scope: "urls", urls: ["/site/*?w=1"] }, 400, "PATH_WRONG"],
  [{ scope: "urls", urls: ["?w=1"] }, 400, "PATH_WRONG"],
  [{ scope: "urls", urls: [1] }, 400, "BODY_UNREADABLE"],
  [{ scope: "tags" }, 400, "TAGS_MISSING"],
  [{ scope: "tags", tags: [] }, 400, "TAGS_MISSING"],
  [{ scope: "tags", tags: Array(1_001).fill("x") }, 400, "TAGS_MISSING"],
  [{ scope: "tags", tags: ["nobody's"] }, 400, "TAG_UNKNOWN"],
  [{ scope: "tags", tags: ["__proto__"] }, 400, "TAG_UNKNOWN"],
  [{ scope: "original" }, 400, "URLS_MISSING"],
  [{ scope: "original", urls: [] }, 400, "URLS_MISSING"],
  [{ scope: "original", urls: "/a.jpg" }, 400, "URLS_MISSING"],
  [{ scope: "original", urls: Array(1_001).fill("/a.jpg") }, 400, "URLS_MISSING"],
  [{ scope: "original", urls: [1] }, 400, "BODY_UNREADABLE"],
  [{ scope: "original", urls: ["/folder/*"] }, 400, "PATH_WRONG"],
  [{ scope: "original", urls: ["/site.example/*/a.jpg"] }, 400, "PATH_WRONG"],
  [{ scope: "original", urls: ["/a.jpg"], transformations: "?w=200" }, 400, "BODY_UNREADABLE"],
  [{ scope: "original", urls: ["/a.jpg"], transformations: [1] }, 400, "BODY_UNREADABLE"],
  [{ scope: "original", urls: ["/a.jpg"], transformations: Array(101).fill("?w=1") }, 400, "BODY_UNREADABLE"],
  [{ scope: "original", urls: ["/a.jpg?w=1"] }, 400, "PATH_WRONG"],
  [{ scope: "original", urls: ["img.example.com/v7/a.jpg"] }, 400, "PATH_WRONG"],
  [{ scope: "original", urls: ["https://demo.cloudimg.io/v7/a.jpg"] }, 400, "PATH_WRONG"],
  [{ scope: "original", urls: ["/../a.jpg"] }, 400, "PATH_WRONG"],
  [{ scope: "original", urls: [""] }, 400, "PATH_WRONG"],
  [{ scope: "all", cause: "me" }, 400, "BODY_UNREADABLE"],
  [{ scope: "all", cause: {} }, 400, "BODY_UNREADABLE"],
  [{ scope: "all", cause: { kind: "settings" } }, 400, "BODY_UNREADABLE"],
  [{ scope: "all", cause: { kind: "x".repeat(41) } }, 400, "BODY_UNREADABLE"],
  [{ scope: "all", cause: { kind: "x", id: "y".repeat(201) } }, 400, "BODY_UNREADABLE"],
  [{ scope: "all", cause: { kind: "x", link: "javascript:alert(1)" } }, 400, "BODY_UNREADABLE"],
  [{ scope: "all", cause: { kind: "x", note: "y".repeat(501) } }, 400, "BODY_UNREADABLE"],
  [{ scope: "original", urls: ["/a.jpg"], digests: { "/b.jpg": "0".repeat(64) } }, 400, "BODY_UNREADABLE"],
  [{ scope: "original", urls: ["/a.jpg"], digests: { "/a.jpg": "0" } }, 400, "BODY_UNREADABLE"],
  [`"${"x".repeat(2 ** 20)}"`, 413, "BODY_TOO_LARGE"],
])("what is wrong is refused with a code and a sentence (%#)", async (body, status, code) => {
  const answer = await post(body);
  expect([answer.statusCode, answer.json()]).toMatchObject([status, { status: "error", code }]);
  expect(answer.json().msg.length).toBeGreaterThan(20);
});

test("a wrong path is answered with the right form", async () => {
  const { msg } = (
    await post({ scope: "original", urls: ["https://img.example.com/v7/site/a.jpg?w=3"] })
  ).json();
  expect(msg).toContain("/site/a.jpg");
});

test("1,000 urls are taken, each once", async () => {
  const urls = Array.from({ length: 1_000 }, (_, index) => `/many/${index % 900}.jpg`);
  const { invalidation } = (await post({ scope: "original", urls })).json();
  const entry = await made.invalidation.waitFor(DEMO, invalidation.uuid);
  expect(entry.urls.received).toHaveLength(1_000);
  expect(entry.evidence?.bytes.unknown).toBe(900);
});

const hostileText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "constructor", "/a.jpg", "\ud800", "/a.example/*", "*", "/a.example/b?w=1"),
);
const hostileJson = fc.record(
  {
    scope: fc.oneof(fc.constantFrom("original", "all", "urls", "tags"), fc.jsonValue()),
    urls: fc.oneof(fc.array(hostileText, { maxLength: 5 }), fc.jsonValue()),
    tags: fc.oneof(fc.array(hostileText, { maxLength: 5 }), fc.jsonValue()),
    transformations: fc.oneof(fc.array(hostileText, { maxLength: 5 }), fc.jsonValue()),
    cause: fc.oneof(fc.record({ kind: hostileText, id: hostileText, link: fc.jsonValue() }), fc.jsonValue()),
    digests: fc.oneof(fc.dictionary(hostileText, hostileText), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

test("no body, key or address leads to a 5xx", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        hostileJson.map((value) => JSON.stringify(value)),
        fc.json(),
      ),
      fc.string({ unit: "grapheme-ascii", maxLength: 300 }),
      async (payload, text) => {
        const answer = await post(payload, { "idempotency-key": text });
        expect([201, 400, 409]).toContain(answer.statusCode);
        expect(["success", "error"]).toContain(answer.json().status);
        const asked = await get(`/invalidate/${encodeURIComponent(text)}?cursor=${encodeURIComponent(text)}`);
        expect(asked.statusCode).toBeLessThan(500);
        const listed = await get(`/invalidate?limit=${encodeURIComponent(text)}`);
        expect(listed.statusCode).toBeLessThan(500);
      },
    ),
    { numRuns: 150 },
  );
});

test("a body nested very deeply is refused, not followed", async () => {
  const depth = 400_000;
  expect((await post(`${"[".repeat(depth)}${"]".repeat(depth)}`)).statusCode).toBe(400);
});

test("a path that begins with the host the request came to is refused with the right form", async () => {
  const wrong = { scope: "original", urls: ["img.example:8080/v7/site.example/a.jpg"] };
  const refused = await post(wrong, { host: "img.example:8080" });
  expect(refused.statusCode).toBe(400);
  expect(refused.json()).toMatchObject({ status: "error", code: "PATH_WRONG" });
  expect(refused.json().msg).toContain("/site.example/a.jpg");
});
