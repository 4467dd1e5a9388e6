import fc from "fast-check";
import { expect, test } from "vitest";
import { restOfLine } from "./line.ts";

const LINE = {
  ...{ method: "GET", host: "img.example.com", path: "/v7/_a_/a.jpg?w=90", status: 200, bytes: 1234 },
  ...{ from: "memory", stamp: 7, duration: 0.04, project: "demo" },
};
const read = (line: Partial<typeof LINE> & { readonly error?: string } = {}) =>
  JSON.parse(`{"time":"now"${restOfLine({ ...LINE, ...line })}`);

test("a line is an object with everything that is told of an answer, and nothing that is not", () => {
  expect(read()).toEqual({ time: "now", ...LINE, duration: 0 });
  const { stamp: _stamp, ...unstamped } = LINE;
  expect(JSON.parse(`{"time":"now"${restOfLine({ ...unstamped, error: "ORIGIN_BROKEN" })}`)).toEqual({
    ...{ time: "now", ...unstamped, duration: 0, error: "ORIGIN_BROKEN" },
  });
});

test("whatever stands in a URL or a host, it is one line of ASCII that is read back", () => {
  const text = fc.oneof(
    // What Node makes of a byte.
    fc.string({ unit: fc.nat(0xff).map((byte) => String.fromCharCode(byte)), maxLength: 60 }),
    fc.constantFrom('"}\n{"time":"forged"', "\r\n", "\u2028\u2029", "\\", "\x00\x1b[31m\x7f", "\x80\xff"),
  );
  fc.assert(
    fc.property(text, text, (path, host) => {
      const rest = restOfLine({ ...LINE, path, host });
      expect(rest).toMatch(/^[\x20-\x7e]+\n$/);
      const back = read({ path, host });
      expect([back.path, back.host]).toEqual([path, host].map((each) => each.toWellFormed?.() && each));
    }),
  );
});

test("a URL of any length makes a short line", () => {
  expect(restOfLine({ ...LINE, path: "\xff".repeat(20_000), host: "h".repeat(20_000) }).length).toBeLessThan(
    26_000,
  );
  expect(read({ path: `/${"a".repeat(5_000)}` }).path).toBe(`/${"a".repeat(4_095)}…`);
});
