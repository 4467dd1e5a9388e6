import { checkInvalidationLines } from "@freshet/core";
import { expect, test } from "vitest";
import { rulesOf } from "./project-rules.ts";

const SETTINGS = {
  hosts: ["IMG.example.com"],
  aliases: {
    _media_: "https://shop.example/media",
    _dam_: { url: "https://dam.example/files", user: "freshet", password: "***" },
    _files_: { folder: "sample" },
    _s3_: { s3: { bucket: "media", region: "eu-central-1" } },
  },
  origins: { allow: ["sample.li"] },
  tags: [
    { match: "/summer/", tag: "campaign" },
    { match: "/winter/", tag: "campaign" },
  ],
};
const verdictOf = (
  text: string,
  settings: Parameters<typeof rulesOf>[1] = SETTINGS,
  here = "127.0.0.1:8080",
) => checkInvalidationLines(text, { kind: "original", ...rulesOf("shop", settings, here) })[0];

test.each([
  "/_media_/a.jpg",
  "/_dam_/a.jpg",
  "/_files_/a.jpg",
  "/_s3_/a.jpg",
  "sample.li/a.jpg",
  "shop.example/x.jpg",
])("%s is an original of the project", (text) => {
  expect(verdictOf(text)?.verdict).toBe("right");
});

test("the project's hosts, its name as first label and the console's own host are no originals", () => {
  for (const host of ["img.example.com", "shop.img.example", "127.0.0.1:8080"]) {
    expect(verdictOf(`https://${host}/v7/_media_/a.jpg?w=5`)).toMatchObject({ correction: "/_media_/a.jpg" });
  }
});

test("a host that is an origin stays one, even where the console comes from it", () => {
  const settings = { aliases: { _media_: "http://127.0.0.1:8080/media" } };
  expect(verdictOf("127.0.0.1:8080/media/a.jpg", settings)?.verdict).toBe("right");
  expect(verdictOf("/a.jpg", { ...settings, prefix: "http://127.0.0.1:8080/media" })?.verdict).toBe("right");
});

test("tags are offered once each", () => {
  expect(rulesOf("shop", SETTINGS, "").tags).toEqual(["campaign"]);
});

test("where settings cannot be read only the form is checked", () => {
  const guess = { kind: "original", ...rulesOf("shop", undefined, "127.0.0.1:8080") } as const;
  expect(checkInvalidationLines("anything.jpg", guess)[0]).toMatchObject({
    verdict: "right",
    path: "/anything.jpg",
  });
  expect(rulesOf("shop", undefined, "127.0.0.1:8080").isGuess).toBe(true);
  const [line] = checkInvalidationLines("127.0.0.1:8080/v7/_a_/b.jpg?w=5", guess);
  expect(line?.correction).toBe("/_a_/b.jpg");
});
