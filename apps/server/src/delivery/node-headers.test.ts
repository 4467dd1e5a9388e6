import { expect, test } from "vitest";
import { createNodeHeaders } from "./node-headers.ts";

const TAGS = { tags: ["o-1", "p-2", "t-3"], complete: true };
const KEPT = { cacheControl: "public, max-age=60", cdnCacheControl: "max-age=31536000" };

const cloudflare = { tags: { header: "Cache-Tag", separator: "," } } as const;
const keycdn = { tags: { header: "Cache-Tag", separator: " " } } as const;

function tagsFor(
  ...reads: Parameters<typeof createNodeHeaders>[0] & object
): Readonly<Record<string, string>> {
  const list = createNodeHeaders(reads).tags(TAGS);
  return Object.fromEntries(list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? ""]] : [])));
}
const lifetime = (reads: Parameters<typeof createNodeHeaders>[0], isListed = true, of = KEPT) =>
  createNodeHeaders(reads).lifetime(of, isListed);

test("answers have the tags under the usual names, and under those of the makers in front", () => {
  const usual = {
    ...{ xkey: "o-1 p-2 t-3", "Surrogate-Key": "o-1 p-2 t-3", "Cache-Tag": "o-1,p-2,t-3" },
    "Cache-Groups": '"o-1", "p-2", "t-3"',
  };
  expect(tagsFor()).toEqual(usual);
  const akamai = { tags: { header: "Edge-Cache-Tag", separator: "," } } as const;
  const cloudfront = { tags: { header: "x-tags", separator: "," } } as const;
  expect(tagsFor(akamai, cloudfront, cloudflare)).toEqual({
    ...usual,
    "Edge-Cache-Tag": "o-1,p-2,t-3",
    "x-tags": "o-1,p-2,t-3",
  });
});

test("one name that two makers divide differently has what both read", () => {
  expect(tagsFor(keycdn)["Cache-Tag"]).toBe("o-1 p-2 t-3");
  const both = tagsFor(keycdn, { tags: { header: "cache-tag", separator: "," } })["Cache-Tag"] ?? "";
  expect(both.split(" ")).toEqual(expect.arrayContaining(TAGS.tags));
  expect(both.split(",").map((tag) => tag.trim())).toEqual(TAGS.tags);
});

test("lifetimes are said in the header that a maker reads, and s-maxage only where it is hidden", () => {
  const usual = ["Cache-Control", "public, max-age=60", "CDN-Cache-Control", "max-age=31536000"];
  expect(lifetime([])).toEqual(usual);
  expect(lifetime([cloudflare])).toEqual(usual);
  expect(lifetime([{ lifetime: "Surrogate-Control" }])).toEqual([
    ...usual,
    ...["Surrogate-Control", "max-age=31536000"],
  ]);
  expect(lifetime([{ lifetime: "s-maxage" }])[1]).toBe("public, max-age=60, s-maxage=31536000");
});

test("what no node may keep is private where a CDN reads Cache-Control alone, and browsers keep it", () => {
  const unfindable = { ...KEPT, cdnCacheControl: "no-store" };
  expect(lifetime([{ lifetime: "s-maxage" }], true, unfindable)).toEqual([
    ...["Cache-Control", "private, max-age=60", "CDN-Cache-Control", "no-store"],
  ]);
  expect(lifetime([{}, { lifetime: "Surrogate-Control" }], false)).toEqual([
    ...[
      "Cache-Control",
      "private, max-age=60",
      "CDN-Cache-Control",
      "no-store",
      "Surrogate-Control",
      "no-store",
    ],
  ]);
  const never = { cacheControl: "no-store", cdnCacheControl: "no-store" };
  expect(lifetime([{ lifetime: "s-maxage" }], true, never)[1]).toBe("no-store");
});
