import { expect, test } from "vitest";
import { createInvalidationClient, type InvalidationClientOptions } from "./client.ts";
import { InvalidationError, isInvalidationError } from "./errors.ts";

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A service that answers as told, one answer per request; the last one repeats. */
function service(...answers: (Response | Error | (() => Response))[]) {
  const sent: Sent[] = [];
  const answer: typeof fetch = async (url, init) => {
    const body = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
    sent.push({ method: init?.method ?? "GET", url: String(url), headers: new Headers(init?.headers), body });
    const next = answers[Math.min(sent.length, answers.length) - 1] ?? new Error("no answer");
    if (next instanceof Error) throw next;
    return typeof next === "function" ? next() : next.clone();
  };
  let time = 0;
  const sleeps: number[] = [];
  const client = (options: Partial<InvalidationClientOptions> = {}) =>
    createInvalidationClient({
      endpoint: "https://api.example.com/",
      apiKey: "client_1",
      fetch: answer,
      now: () => time,
      sleep: async (milliseconds) => {
        sleeps.push(milliseconds);
        time += milliseconds;
      },
      ...options,
    });
  return { sent, sleeps, client };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const receipt = {
  status: "success",
  msg: "Your invalidation request has been received",
  invalidation: { status: "RECEIVED", uuid: "u-1", added_at: "2026-01-02 03:04:05" },
};
const entry = (status: string, more: object = {}) =>
  json({
    status: "success",
    invalidation: {
      ...{ status, uuid: "u-1", added_at: "2026-01-02 03:04:05", scope: "original" },
      urls: { received: ["/a"], invalidated: [], failed: [] },
      ...more,
    },
  });
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved",
    (error: unknown) => (isInvalidationError(error) ? error.code : `not an InvalidationError: ${error}`),
  );

const request = {
  scope: "original",
  urls: ["/sample.li/a.jpg"],
  cause: { kind: "wordpress", id: "7" },
  digests: { "/sample.li/a.jpg": "ab" },
} as const;

test("Freshet gets everything, with the key in its header", async () => {
  const { sent, client } = service(json(receipt, 201));
  expect(await client().invalidate(request, { idempotencyKey: "k-1" })).toEqual(receipt);
  expect(sent[0]).toMatchObject({ method: "POST", url: "https://api.example.com/invalidate", body: request });
  expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
    accept: "application/json",
    "content-type": "application/json",
    "idempotency-key": "k-1",
    "x-client-key": "client_1",
  });
});

test("Cloudimage gets only what its own API knows, at its own address", async () => {
  const { sent, client } = service(json(receipt, 201));
  const options = { service: "cloudimage", apiKey: "k", fetch: undefined } as const;
  const { endpoint: _, ...rest } = { endpoint: undefined, ...options };
  expect(() => createInvalidationClient({ ...rest, fetch })).not.toThrow();
  const cloudimage = client({ service: "cloudimage", endpoint: "https://api.cloudimage.com" });
  await cloudimage.invalidate(request, { idempotencyKey: "k-1" });
  await cloudimage.invalidate({ scope: "all", cause: { kind: "api" } });
  await cloudimage.invalidate({ scope: "urls", urls: ["/sample.li/a.jpg?w=1"], cause: { kind: "api" } });
  expect(sent.map(({ url, body }) => [url, body])).toEqual([
    ["https://api.cloudimage.com/invalidate", { scope: "original", urls: ["/sample.li/a.jpg"] }],
    ["https://api.cloudimage.com/invalidate", { scope: "all" }],
    ["https://api.cloudimage.com/invalidate", { scope: "urls", urls: ["/sample.li/a.jpg?w=1"] }],
  ]);
  expect(await code(cloudimage.invalidate({ scope: "tags", tags: ["x"] }))).toBe("OPERATION_UNSUPPORTED");
  expect(sent[0]?.headers.has("idempotency-key")).toBe(false);
  expect(await code(cloudimage.list())).toBe("OPERATION_UNSUPPORTED");
  expect(await code(cloudimage.retry("u-1"))).toBe("OPERATION_UNSUPPORTED");
});

test("Freshet has no address of its own", () => {
  expect(() => createInvalidationClient({ apiKey: "k" })).toThrow(TypeError);
});

test("status, list and retry ask where they should, ids are escaped", async () => {
  const page = { status: "success", invalidations: [{ status: "DONE", uuid: "u-2" }], cursor: "c-2" };
  const { sent, client } = service(entry("DONE"), json(page), json({ ...page, cursor: null }), json(receipt));
  expect(await client().status("u/1?x")).toMatchObject({ status: "DONE", uuid: "u-1", scope: "original" });
  expect(await client().list({ limit: 5, cursor: "c&1" })).toMatchObject({
    invalidations: [{ uuid: "u-2" }],
    cursor: "c-2",
  });
  expect(await client().list()).toMatchObject({ cursor: null });
  expect(await client().retry("u-1")).toEqual(receipt);
  expect(sent.map(({ method, url }) => `${method} ${url.slice("https://api.example.com".length)}`)).toEqual([
    "GET /invalidate/u%2F1%3Fx",
    "GET /invalidate?limit=5&cursor=c%261",
    "GET /invalidate",
    "POST /invalidate/u-1/retry",
  ]);
});

test.each([
  [400, "REQUEST_REFUSED"],
  [401, "API_KEY_WRONG"],
  [403, "API_KEY_WRONG"],
  [404, "INVALIDATION_UNKNOWN"],
  [409, "IDEMPOTENCY_KEY_REUSED"],
  [422, "REQUEST_REFUSED"],
  [429, "RATE_EXCEEDED"],
  [500, "SERVICE_UNAVAILABLE"],
  [503, "SERVICE_UNAVAILABLE"],
] as const)("an answer of %d is %s, with the service's own sentence", async (status, expected) => {
  const said = { status: "error", code: "X", msg: "Write /a instead." };
  const { client } = service(json(said, status, { "Retry-After": "7" }));
  const error = await client()
    .status("u-1")
    .catch((fault: unknown) => fault);
  expect(error).toMatchObject({
    code: expected,
    status,
    retryAfterMs: 7000,
    message: expect.stringContaining(said.msg),
  });
});

test("Retry-After may be a date or nonsense", async () => {
  const date = service(json({}, 503, { "Retry-After": "Fri, 31 Dec 2100 00:00:00 GMT" }));
  expect(
    await date
      .client()
      .status("u")
      .catch((error) => error.retryAfterMs),
  ).toBeGreaterThan(1e9);
  const nonsense = service(json({}, 503, { "Retry-After": "soon" }));
  expect(
    await nonsense
      .client()
      .status("u")
      .catch((error) => error.retryAfterMs),
  ).toBeUndefined();
});

test("what is no answer of such a service is said to be none", async () => {
  for (const body of ["<html>", "{}", "null", "[]", '{"invalidation":{"status":"DONE"}}']) {
    expect(await code(service(new Response(body)).client().status("u-1")), body).toBe("ANSWER_MALFORMED");
  }
  expect(
    await code(
      service(json({ invalidations: 5 }))
        .client()
        .list(),
    ),
  ).toBe("ANSWER_MALFORMED");
  expect(await code(service(new TypeError("fetch failed")).client().status("u"))).toBe("SERVICE_UNREACHABLE");
});

test("an answer that does not come is late", async () => {
  const silent: typeof fetch = (_, init) =>
    new Promise((_, reject) => {
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    });
  expect(await code(service().client({ fetch: silent, timeoutMs: 1 }).status("u"))).toBe("ANSWER_LATE");
});

test("waiting reports every status once, sits out passing faults and ends with Done", async () => {
  const { client, sleeps } = service(
    entry("RECEIVED"),
    entry("RECEIVED"),
    json({}, 503, { "Retry-After": "9" }),
    new TypeError("fetch failed"),
    entry("SOMETHING NEW"),
    entry("FLUSHINGCDNSERVERS"),
    entry("DONE", { sequence: 4 }),
  );
  const seen: string[] = [];
  const done = await client().waitUntilDone("u-1", { onStatus: ({ status }) => seen.push(status) });
  expect(done).toMatchObject({ status: "DONE", sequence: 4 });
  expect(seen).toEqual(["RECEIVED", "PREPARING", "FLUSHINGCDNSERVERS", "DONE"]);
  expect(sleeps[2]).toBe(9000);
});

test("waiting ends where the invalidation does, and in time", async () => {
  expect(
    await code(
      service(entry("ERROR_CDN_NODE", { error: "node 2" }))
        .client()
        .waitUntilDone("u"),
    ),
  ).toBe("INVALIDATION_FAILED");
  expect(await code(service(json({}, 401)).client().waitUntilDone("u"))).toBe("API_KEY_WRONG");
  const slow = service(entry("PREPARING"));
  expect(await code(slow.client().waitUntilDone("u", { timeoutMs: 3000 }))).toBe("INVALIDATION_UNFINISHED");
  expect(slow.sleeps.reduce((sum, each) => sum + each, 0)).toBe(3000);
});

test("errors are told by their brand", () => {
  expect(isInvalidationError(new InvalidationError("RATE_EXCEEDED"))).toBe(true);
  for (const value of [new Error("x"), null, "x", {}]) expect(isInvalidationError(value)).toBe(false);
});
