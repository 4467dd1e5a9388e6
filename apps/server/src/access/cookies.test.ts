import fc from "fast-check";
import { expect, test } from "vitest";
import { isOverTls, type Reached, readCookie } from "./cookies.ts";

const plain: Reached = { url: undefined };
const at: Reached = { url: new URL("https://img.example") };

test("a cookie is read by its whole name, and over TLS under a name that no other host can set", () => {
  const read = (cookie: string, more = {}) =>
    readCookie({ headers: { cookie, ...more } }, "freshet_session", plain);
  expect(read("a=1; freshet_session=x=y; b=2")).toBe("x=y");
  expect(read("a=1;freshet_session=x")).toBe("x");
  expect(read("my_freshet_session=x; freshet_sessions=y; freshet_session")).toBeUndefined();
  const tls = { "x-forwarded-proto": "https" };
  expect(read("freshet_session=x", tls)).toBeUndefined();
  expect(read("freshet_session=x; __Host-freshet_session=y", tls)).toBe("y");
  expect(read("__Host-freshet_session=y")).toBeUndefined();
});

test("TLS is what the console's own address is, elsewhere what a proxy says", () => {
  const asked = (headers: Readonly<Record<string, string>>, where = at) => isOverTls({ headers }, where);
  expect(asked({ host: "img.example" })).toBe(true);
  expect(asked({ host: "127.0.0.1:8080" })).toBe(false);
  // A proxy that ends TLS stands before one that is reached without it and says so.
  expect(asked({ host: "img.example", "x-forwarded-proto": "http" })).toBe(true);
  expect(asked({ host: "IMG.example:443", "x-forwarded-proto": "http, http" })).toBe(true);
  expect(asked({ host: "img.example:8443", "x-forwarded-proto": "http" })).toBe(false);
  expect(asked({ host: "img.example" }, { url: new URL("http://img.example") })).toBe(false);
  expect(asked({ host: "img.example", "x-forwarded-proto": "http" }, plain)).toBe(false);
  for (const host of ["", "%", "a b", "img.example@evil.example", "evil.example/img.example"])
    expect(asked({ host }), host).toBe(false);
  expect(asked({ host: "127.0.0.1:8080", "x-forwarded-proto": "HTTPS, http" })).toBe(true);
});

test("no cookie header makes it throw", () => {
  fc.assert(
    fc.property(fc.string(), (cookie) => {
      const found = readCookie({ headers: { cookie } }, "freshet_session", plain);
      if (!cookie.includes("freshet_session=")) expect(found).toBeUndefined();
    }),
  );
});
