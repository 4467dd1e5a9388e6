import { expect, test } from "vitest";
import { compare, type KnownImage, type SeenImage } from "./diff.ts";

const SEEN: SeenImage = {
  path: "files/hat.jpg",
  gid: "gid://shopify/MediaImage/1",
  kind: "file",
  url: "https://cdn.shopify.com/s/files/1/1/2/3/files/hat.jpg?v=2",
  version: "2",
  updatedAt: 2_000,
  width: 10,
  height: 20,
  bytes: 300,
};
const KNOWN: KnownImage = { ...SEEN, isGone: false };

test.each<[string, KnownImage | undefined, Partial<SeenImage>, string]>([
  ["nothing known", undefined, {}, "new"],
  ["all the same", KNOWN, {}, "same"],
  ["another version", KNOWN, { version: "3" }, "replaced"],
  ["an older number is another version, too", KNOWN, { version: "1" }, "replaced"],
  ["another path", KNOWN, { path: "files/cap.jpg" }, "moved"],
  ["newer, other sizes, same version", KNOWN, { updatedAt: 3_000, bytes: 301 }, "replaced"],
  ["newer, same sizes, same version", KNOWN, { updatedAt: 3_000 }, "unsure"],
  ["newer, and a size that is not told", KNOWN, { updatedAt: 3_000, bytes: undefined }, "unsure"],
  ["a newer collection with the same picture", KNOWN, { updatedAt: 3_000, kind: "collection" }, "same"],
  ["read earlier than what is known", KNOWN, { updatedAt: 1_999, version: "1" }, "older"],
  ["gone and back", { ...KNOWN, isGone: true }, { updatedAt: 3_000 }, "new"],
])("%s", (_name, known, change, verdict) => {
  expect(compare(known, { ...SEEN, ...change })).toBe(verdict);
});
