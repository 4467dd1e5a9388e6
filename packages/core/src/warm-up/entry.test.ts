import fc from "fast-check";
import { expect, test } from "vitest";
import { readWarmUpEntry } from "./entry.ts";

const hosts = {
  isOwn: (host: string) => ["img.example", "127.0.0.1:8080"].includes(host),
  isOrigin: (host: string) => host === "sample.li",
};
const read = (entry: string) => readWarmUpEntry(entry, hosts);

test("a path is one with its slash, without it, and with what browsers escape", () => {
  const path = { ok: true, host: undefined, target: "/sample.li/a.png?w=200" };
  for (const entry of ["/sample.li/a.png?w=200", "sample.li/a.png?w=200", " /sample.li/a.png?w=200#top "])
    expect(read(entry)).toEqual(path);
  expect(read("/sample.li/ä b.png")).toMatchObject({ target: "/sample.li/%C3%A4%20b.png" });
  expect(read("//media/a.jpg")).toMatchObject({ host: undefined, target: "//media/a.jpg" });
  expect(read("/https://sample.li/a.png")).toMatchObject({ host: undefined });
});

test("a whole URL names its host, which has to be the project's", () => {
  for (const [entry, host] of [
    ["https://IMG.example:443/v7/a.png", "img.example"],
    ["http://127.0.0.1:8080/v7/a.png", "127.0.0.1:8080"],
    ["//img.example/v7/a.png", "img.example"],
    ["img.example/v7/a.png", "img.example"],
  ] as const)
    expect(read(entry)).toEqual({ ok: true, host, target: "/v7/a.png" });
  expect(read("https://img.example")).toEqual({ ok: true, host: "img.example", target: "/" });
  for (const entry of [
    "https://other.example/a.png",
    "http://img.example:81/a.png",
    "http://u@img.example/a",
  ])
    expect(read(entry)).toMatchObject({ ok: false, reason: "host" });
});

test("what HTTP cannot carry is refused", () => {
  for (const entry of ["", "  ", "/a\u0000.png", "/a\n/b", "/\uFFFD", "/\uD800"])
    expect(read(entry)).toMatchObject({ ok: false, reason: "malformed" });
});

const piece = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "/",
    "//",
    "http://",
    "https://",
    "sample.li",
    "img.example",
    "?",
    "#",
    "@",
    ":8080",
    "%",
    "\\",
    " ",
  ),
);

test("any text is a request that HTTP can carry, or refused with a sentence", () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const found = read(pieces.join(""));
      if (found.ok) expect(found.target).toMatch(/^\/[\x21-\x7e]*$/);
      else expect(found.sentence).toMatch(/^[A-Z].*\.$/s);
    }),
    { numRuns: 1_000 },
  );
});
