import fc from "fast-check";
import { expect, test } from "vitest";
import { checkList, MOST_URLS, ownHosts } from "./check.ts";

const isOwn = ownHosts("shop", ["img.shop.example"], "127.0.0.1:8080");

test("what can be taken is counted, and the rest is told with its number and a sentence", () => {
  const list = [
    "/_m_/a.jpg?w=200",
    "_m_/a.jpg?w=200",
    "",
    "https://elsewhere.example/b.jpg",
    "https://img.shop.example/_m_/c.jpg?w=wide",
    "/",
  ].join("\r\n");
  const { entries, good, duplicates, wrong, faults, remarks } = checkList(list, isOwn);
  expect([entries.length, good, duplicates, wrong]).toEqual([5, 2, 1, 2]);
  expect(faults.map(({ number }) => number)).toEqual([3, 5]);
  expect(faults[0]?.sentence).toContain("elsewhere.example");
  expect(remarks).toMatchObject([{ number: 4, entry: "https://img.shop.example/_m_/c.jpg?w=wide" }]);
});

test("hosts are the project's own, whatever their port", () => {
  for (const host of ["img.shop.example", "img.shop.example:8080", "shop.cloudimg.io", "127.0.0.1:8080"])
    expect(isOwn(host), host).toBe(true);
  for (const host of ["shops.example", "127.0.0.1", ""]) expect(isOwn(host), host).toBe(false);
});

test("any text is judged, and every entry of it counted once", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const { entries, good, duplicates, wrong } = checkList(text, isOwn);
      expect(good + duplicates + wrong).toBe(Math.min(entries.length, MOST_URLS));
    }),
  );
});
