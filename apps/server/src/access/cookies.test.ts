import fc from "fast-check";
import { expect, test } from "vitest";
import { isOverTls, readCookie } from "./cookies.ts";

const plain = { url: undefined };
const at = { url: new URL("https://img.example") };

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

test("TLS is what a proxy says, else what the console's own address is", () => {
  const asked = (headers: Readonly<Record<string, string>>, where = at) => isOverTls({ headers }, where);
  expect(asked({ host: "img.example" })).toBe(true);
  expect(asked({ host: "127.0.0.1:8080" })).toBe(false);
  expect(asked({ host: "img.example", "x-forwarded-proto": "http" })).toBe(false);
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
