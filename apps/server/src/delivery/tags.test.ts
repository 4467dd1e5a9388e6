import { expect, it } from "vitest";
import { describeOriginal } from "../projects/originals.ts";
import type { Project } from "../projects/project.ts";
import { tagHeaders } from "./tags.ts";

const project: Project = {
  name: "demo",
  apiKey: "client_0123456789abcdef",
  hosts: [],
  aliases: { _site_: { url: "http://127.0.0.1:9000/media" } },
  prefix: undefined,
  source: { allow: [], allowPrivate: false, maxBytes: 1, timeoutMs: 1 },
  formats: [],
  forwardQuery: true,
  cache: { browser: 60, cdn: 60, revalidate: 60 },
  missingStatus: 404,
};

it("names an original the same however it is written", () => {
  const spellings = [
    "_site_/a.jpg",
    "http://127.0.0.1:9000/media/a.jpg",
    "127.0.0.1:9000/media/a.jpg",
    "https://127.0.0.1:9000/media/%61.jpg",
  ];
  const names = new Set(spellings.map((spelling) => describeOriginal(project, spelling).name));
  expect([...names]).toEqual(["demo/127.0.0.1:9000/media/a.jpg"]);
});

it("carries at most 16 tags however deep the original lies", () => {
  const deep = describeOriginal(project, `http://h.example/${"x/".repeat(60)}a.jpg`);
  const [, spaced = ""] = tagHeaders(deep, 3);
  const tags = spaced.split(" ");
  expect(tags.length).toBeLessThanOrEqual(16);
  expect(tags).toContain(deep.tag);
  expect(tags).toContain(`${deep.tag}.g3`);
  for (const tag of tags) expect(tag).toMatch(/^[opt]-[0-9a-f]{16}(\.g\d+)?$/);
});
