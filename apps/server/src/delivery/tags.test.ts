import { expect, it } from "vitest";
import { folderTag, projectTag, userTag } from "../projects/cache-tags.ts";
import { describeOriginal } from "../projects/originals.ts";
import { projectOf } from "../projects/project.test.support.ts";
import type { Project } from "../projects/project.ts";
import { tagsOfAnswer } from "./tags.ts";

const project = projectOf({
  aliases: { _site_: { url: "http://127.0.0.1:9000/media" } },
});

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
  const { tags, complete } = tagsOfAnswer([deep], 3);
  expect(complete).toBe(true);
  expect(tags.length).toBeLessThanOrEqual(16);
  expect(tags).toContain(deep.tag);
  expect(tags).toContain(`${deep.tag}.g3`);
  for (const tag of tags) expect(tag).toMatch(/^[oput]-[0-9a-f]{16}(\.g\d+)?$/);
});

it("carries the outermost folders, so that a purge of any of them reaches the deepest originals", () => {
  const deep = describeOriginal(project, `http://h.example/${"x/".repeat(60)}a.jpg`);
  const { tags } = tagsOfAnswer([deep], 0);
  for (const folder of ["h.example", "h.example/x", `h.example${"/x".repeat(7)}`])
    expect(tags).toContain(folderTag("demo", folder));
});

it("carries the project's first five tags, whichever of them an original has", () => {
  const tagged: Project = {
    ...project,
    tags: [..."abcdefg"].map((letter) => ({ match: `/${letter}`, tag: `tag-${letter}` })),
  };
  const all = describeOriginal(tagged, `http://h.example/${"x/".repeat(9)}a/b/c/d/e/f/g.jpg`);
  expect(all.identity.userTags).toHaveLength(7);
  const answer = tagsOfAnswer([all], 12);
  expect(answer).toMatchObject({ complete: true });
  expect(answer.tags).toHaveLength(16);
  expect(answer.tags.filter((tag) => tag.startsWith("u-"))).toEqual(
    [..."abcde"].map((letter) => userTag("demo", `tag-${letter}`)),
  );
  const last = describeOriginal(tagged, "http://h.example/f/g.jpg");
  expect(last.identity.userTags).toEqual([userTag("demo", "tag-f"), userTag("demo", "tag-g")]);
  expect(tagsOfAnswer([last], 12).tags.some((tag) => tag.startsWith("u-"))).toBe(false);
});

it("carries a tag for everything that can cover a further source, each once, and says so where they do not fit", () => {
  const shown = describeOriginal(project, "http://h.example/a/b.jpg");
  const mark = describeOriginal(project, "http://h.example/marks/logo.png");
  const answer = tagsOfAnswer([shown, mark], 7);
  expect(answer.complete).toBe(true);
  expect(answer.tags.toSorted()).toEqual(
    [
      shown.tag,
      `${shown.tag}.g7`,
      mark.tag,
      ...["h.example", "h.example/a", "h.example/marks"].map((folder) => folderTag("demo", folder)),
      projectTag("demo"),
    ].toSorted(),
  );
  const deep = (host: string) => describeOriginal(project, `http://${host}/${"x/".repeat(7)}a.jpg`);
  const many = tagsOfAnswer([deep("one.example"), deep("two.example")], 7);
  expect(many.complete).toBe(false);
  expect(many.tags).toHaveLength(16);
  expect(many.tags).toEqual(expect.arrayContaining([deep("two.example").tag, projectTag("demo")]));
});
