import fc from "fast-check";
import { expect, test } from "vitest";
import { createAsk } from "./ask.ts";
import { isCdnError } from "./errors.ts";
import { createTokens } from "./tokens.ts";

const { signal } = new AbortController();
const SECRET = "s3cr3t-token-0123456789";
const URL_ = "https://api.zone.example/purge";

/** What becomes of a request that is answered so. */
async function outcomeOf(fetch: typeof globalThis.fetch): Promise<unknown> {
  const ask = createAsk("zone 1", () => [SECRET, ""], { fetch });
  return ask({ method: "POST", url: URL_, headers: { Authorization: SECRET } }, signal).catch(
    (error: unknown) => error,
  );
}
const retryAfter = async (status: number, value: string) => {
  const error = await outcomeOf(async () => new Response("", { status, headers: { "retry-after": value } }));
  return isCdnError(error) ? [error.code, error.retryAfterMs] : error;
};

test("whatever is answered, it is a success or an error that names the node and no secret", async () => {
  const status = fc.oneof(
    fc.integer({ min: 200, max: 599 }),
    fc.constantFrom(200, 204, 401, 403, 404, 429, 500, 503),
  );
  const text = fc.oneof(
    fc.string(),
    fc.constant(`{"error":"${SECRET}"}`),
    fc.string().map((part) => `${part}${SECRET}`),
  );
  await fc.assert(
    fc.asyncProperty(status, text, async (code, body) => {
      const isEmpty = [204, 205, 304].includes(code);
      const outcome = await outcomeOf(async () => new Response(isEmpty ? null : body, { status: code }));
      if (code < 300) {
        expect(outcome).toMatchObject({ status: code });
        return;
      }
      if (!isCdnError(outcome)) throw outcome;
      expect(outcome.message).toContain("zone 1");
      expect(outcome.message).not.toContain(SECRET);
      expect(outcome.message.length).toBeLessThan(600);
      // What the other side refuses for good is an end; everything else is asked again.
      expect(outcome.isFinal).toBe(code >= 400 && code < 500 && ![408, 425, 429].includes(code));
    }),
  );
});

test("a connection that fails is a reason, not what was sent", async () => {
  const broken = Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } });
  expect(await outcomeOf(() => Promise.reject(broken))).toMatchObject({ code: "NODE_UNREACHABLE" });
  const telling = await outcomeOf(() => Promise.reject(new Error(`bad header ${SECRET}`)));
  expect(isCdnError(telling) && telling.message).not.toContain(SECRET);
});

test("Retry-After is read as seconds or as a date, five minutes at most, and anything else is nothing", async () => {
  expect(await retryAfter(429, "7")).toEqual(["NODE_BUSY", 7_000]);
  expect(await retryAfter(503, "0")).toEqual(["NODE_BUSY", 0]);
  expect(await retryAfter(429, "86400")).toEqual(["NODE_BUSY", 300_000]);
  const [code, ms] = (await retryAfter(429, new Date(Date.now() + 20_000).toUTCString())) as [string, number];
  expect(code).toBe("NODE_BUSY");
  expect(ms).toBeGreaterThan(1_000);
  expect(ms).toBeLessThanOrEqual(20_000);
  expect(await retryAfter(429, "soon")).toEqual(["NODE_BUSY", undefined]);
  expect(await retryAfter(503, "soon")).toEqual(["NODE_BROKEN", undefined]);
});

test("credentials are not carried along to where a redirect leads", async () => {
  const inits: RequestInit[] = [];
  const outcome = await outcomeOf(async (_, init = {}) => {
    inits.push(init);
    return new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } });
  });
  expect(outcome).toMatchObject({ code: "NODE_BROKEN", isFinal: false });
  expect(inits.map(({ redirect }) => redirect)).toEqual(["manual"]);
});

test("a token is fetched once, anew near its end, and once more when it is refused before that", async () => {
  let made = 0;
  let life = 3_600_000;
  const tokens = createTokens(async () => ({ text: `token-${++made}`, until: Date.now() + life }));
  const seen: string[] = [];
  const use = () =>
    tokens.run(async (token) => {
      seen.push(token);
    }, signal);
  await use();
  await use();
  expect(seen).toEqual(["token-1", "token-1"]);
  const refusing = createAsk("zone 1", () => [], { fetch: async () => new Response("", { status: 401 }) });
  const refused = tokens.run(async (token) => {
    seen.push(token);
    if (token === "token-1") await refusing({ method: "GET", url: URL_, headers: {} }, signal);
  }, signal);
  await refused;
  expect(seen.slice(2)).toEqual(["token-1", "token-2"]);
  life = 30_000;
  const brief = createTokens(async () => ({ text: `token-${++made}`, until: Date.now() + life }));
  await brief.run(async () => {}, signal);
  await brief.run(async () => {}, signal);
  expect(made).toBe(4);
});
