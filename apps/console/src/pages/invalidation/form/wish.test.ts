import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createKeyring, type FormState, MOST_LINES, readWish } from "./wish.ts";

const RULES = {
  project: "shop",
  hosts: ["img.example.com"],
  naming: { aliases: { _media_: { url: "https://shop.example/media" } } },
  origins: ["sample.li"],
};
const EMPTY: FormState = { scope: "original", text: "", tags: [], note: "" };
const wish = (more: Partial<FormState>) => readWish({ ...EMPTY, ...more }, RULES);

test("right lines are sent as the API names them, each once, with who it was for the log", () => {
  const { request, count } = wish({
    text: "_media_/a.jpg, /v7/sample.li/b.jpg\nhttps://shop.example/media/a.jpg",
    note: " A new\nhat ",
  });
  expect(request).toEqual({
    ...{ scope: "original", urls: ["/_media_/a.jpg", "/sample.li/b.jpg"] },
    cause: { kind: "console", note: "A new hat" },
  });
  expect(count).toBe(2);
});

test.each<[Partial<FormState>, RegExp]>([
  [{}, /at least one path/],
  [{ text: "/sample.li/a.jpg?w=5\n/sample.li/b.jpg" }, /the line that is wrong/],
  [{ text: "a.jpg\nb.jpg" }, /the 2 lines/],
  [{ scope: "tags" }, /at least one tag/],
])("nothing is sent of %j", (more, problem) => {
  expect(wish(more)).toMatchObject({ request: undefined, problem: expect.stringMatching(problem) });
});

test("the other scopes say what they are to the API", () => {
  expect(wish({ scope: "all" }).request).toEqual({ scope: "all", cause: { kind: "console" } });
  expect(wish({ scope: "tags", tags: ["x"] }).request).toMatchObject({ scope: "tags", tags: ["x"] });
  expect(wish({ scope: "folder", text: "/_media_/*" }).request).toMatchObject({
    scope: "original",
    urls: ["/_media_/*"],
  });
  expect(wish({ scope: "urls", text: "/_media_/a.jpg?w=5" }).request).toMatchObject({ scope: "urls" });
});

describe("more than fit at once", () => {
  const text = Array.from({ length: MOST_LINES + 3 }, (_, at) => `/sample.li/${at}.jpg`).join("\n");
  test("are not sent, and can be parted: the first ones and the rest are all of them", () => {
    const { request, problem, split } = wish({ text: `${text}\n/sample.li/1.jpg` });
    expect(request).toBeUndefined();
    expect(problem).toContain("13");
    expect(wish({ text: split?.first ?? "" }).count).toBe(MOST_LINES);
    expect(`${split?.first}\n${split?.rest}`).toBe(text);
  });
  test("are not counted where they name the same", () => {
    expect(
      wish({ text: `${text.split("\n").slice(0, MOST_LINES).join("\n")}\n/sample.li/1.jpg` }).request,
    ).toBeDefined();
  });
});

test("whatever is written, a request has 1 to 10 paths and a note that the API takes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (text, note) => {
      const { request, problem } = wish({ text: `/sample.li/a.jpg\n${text}`, note });
      expect(request === undefined).toBe(problem !== undefined);
      if (request === undefined || request.scope !== "original") return;
      expect(request.urls.length).toBeGreaterThan(0);
      expect(request.urls.length).toBeLessThanOrEqual(MOST_LINES);
      expect(request.cause?.note ?? "x").toMatch(/^\P{Cc}+$/u);
    }),
  );
});

test("a request that is sent again has the same key until it arrived, another one has another", () => {
  const ring = createKeyring();
  const one = { scope: "all" } as const;
  const other = { scope: "original", urls: ["/a"] } as const;
  const first = ring.keyOf(one);
  expect(ring.keyOf({ ...one })).toBe(first);
  expect(ring.keyOf(other)).not.toBe(first);
  const again = ring.keyOf(one);
  expect(again).not.toBe(first);
  ring.arrived();
  expect(ring.keyOf(one)).not.toBe(again);
  expect(first).toMatch(/^console-[0-9a-f]{32}$/);
});
