import fc from "fast-check";
import { expect, test } from "vitest";
import { isServerError } from "../errors.ts";
import { refuseForgery } from "./forgery.ts";

type Headers = Readonly<Record<string, string | undefined>>;

function isRefused(headers: Headers, url?: string): boolean {
  try {
    refuseForgery({ headers }, { url: url === undefined ? undefined : new URL(url) });
    return false;
  } catch (error) {
    if (!isServerError(error) || error.code !== "CSRF_REFUSED") throw error;
    return true;
  }
}

const own = { host: "img.example:8080", "freshet-csrf": "1" };

test("a request of the console's own is taken from every browser", () => {
  expect(isRefused({ ...own, "sec-fetch-site": "same-origin", origin: "http://img.example:8080" })).toBe(
    false,
  );
  // Before Fetch Metadata, and before Origin was sent to one's own origin.
  expect(isRefused({ ...own, origin: "http://img.example:8080" })).toBe(false);
  expect(isRefused(own)).toBe(false);
  // Behind a proxy that ends TLS, with its own name for this host or the browser's.
  expect(isRefused({ ...own, "x-forwarded-proto": "https", origin: "https://img.example:8080" })).toBe(false);
  expect(
    isRefused({ ...own, host: "10.0.0.5:8080", origin: "https://img.example" }, "https://img.example"),
  ).toBe(false);
  expect(
    isRefused({
      ...own,
      host: "10.0.0.5:8080",
      "sec-fetch-site": "same-origin",
      origin: "https://a.example",
    }),
  ).toBe(false);
});

test("what comes from elsewhere is refused, whatever the browser says of it", () => {
  expect(isRefused({ host: own.host })).toBe(true);
  expect(isRefused({ host: own.host, "sec-fetch-site": "same-origin" })).toBe(true);
  expect(isRefused({ ...own, "freshet-csrf": "0" })).toBe(true);
  for (const site of ["cross-site", "same-site", "none", "", "anything"])
    expect(isRefused({ ...own, "sec-fetch-site": site }), site).toBe(true);
  for (const origin of [
    ...["null", "", "https://evil.example", "http://img.example", "http://img.example:8081"],
    ...["http://img.example:8080.evil.example", "http://evil.example/img.example:8080", "file://"],
    "http://user@img.example:8080",
  ]) {
    expect(isRefused({ ...own, origin }), origin).toBe(true);
  }
  // Whoever can answer without TLS under the name is not the console that TLS guards.
  const overTls = { ...own, "x-forwarded-proto": "https" };
  expect(isRefused({ ...overTls, origin: "http://img.example:8080" })).toBe(true);
});

test("no header makes it fail in another way", () => {
  const some = fc.option(fc.string(), { nil: undefined });
  fc.assert(
    fc.property(some, some, some, some, (host, origin, site, proto) => {
      const headers = { ...own, host, origin, "sec-fetch-site": site, "x-forwarded-proto": proto };
      expect(typeof isRefused(headers)).toBe("boolean");
    }),
  );
});
