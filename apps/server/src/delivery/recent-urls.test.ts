import { expect, test } from "vitest";
import type { Identity } from "../projects/identity.ts";
import { projectOf } from "../projects/project.test.support.ts";
import { RecentUrls } from "./recent-urls.ts";

const identity = (name: string, userTags: readonly string[] = []): Identity => ({
  project: "demo",
  tag: `o-${name}`,
  name: `demo/${name}`,
  userTags,
});
const project = projectOf();
const url = (path: string) => ({ path, host: undefined, accept: undefined });

test("a sample holds some URLs of what is covered, newest first", () => {
  const recent = new RecentUrls();
  for (const name of ["h/a/1.jpg", "h/b/2.jpg", "h/a/3.jpg", "h/a/4.jpg"]) {
    for (const w of [1, 2, 3])
      recent.add(
        { identity: identity(name, name.includes("3") ? ["u-x"] : []), project },
        url(`/${name}?w=${w}`),
      );
  }
  const most = { originals: 2, each: 2 };
  const paths = (...args: Parameters<RecentUrls["sample"]>) => recent.sample(...args).map(({ path }) => path);
  expect(paths([{ kind: "original", project: "demo", tag: "o-h/b/2.jpg" }], most)).toEqual([
    "/h/b/2.jpg?w=3",
    "/h/b/2.jpg?w=2",
  ]);
  expect(paths([{ kind: "prefix", project: "demo", prefix: "h/a/" }], most)).toEqual([
    "/h/a/4.jpg?w=3",
    "/h/a/4.jpg?w=2",
    "/h/a/3.jpg?w=3",
    "/h/a/3.jpg?w=2",
  ]);
  expect(paths([{ kind: "tag", project: "demo", tag: "u-x" }], { originals: 9, each: 1 })).toEqual([
    "/h/a/3.jpg?w=3",
  ]);
  expect(paths([{ kind: "project", project: "demo" }], { originals: 9, each: 9 })).toHaveLength(12);
  expect(paths([{ kind: "project", project: "other" }], most)).toEqual([]);
  expect(paths([{ kind: "original", project: "demo", tag: "o-unknown" }], most)).toEqual([]);
});

test("no tag or folder finds what was remembered under other settings, until it is asked for again", () => {
  let current = project;
  const recent = new RecentUrls((each) => each === current);
  const original = identity("h/a/1.jpg", ["u-x"]);
  recent.add({ identity: original, project }, url("/1"));
  current = projectOf();
  const most = { originals: 9, each: 9 };
  const tag = [{ kind: "tag", project: "demo", tag: "u-x" }] as const;
  expect(recent.sample(tag, most)).toEqual([]);
  expect(recent.sample([{ kind: "project", project: "demo" }], most)).toEqual([url("/1")]);
  recent.add({ identity: { ...original, userTags: [] }, project: current }, url("/1"));
  expect(recent.sample(tag, most)).toEqual([]);
  recent.add({ identity: original, project: projectOf() }, url("/1"));
  recent.add({ identity: original, project: current }, url("/1"));
  expect(recent.sample(tag, most)).toEqual([url("/1")]);
});

test("what is remembered is bounded by its characters too: the originals asked for last stay", () => {
  const recent = new RecentUrls();
  const long = "x".repeat(8_000);
  for (let at = 0; at < 4_000; at += 1)
    recent.add({ identity: identity(String(at)), project }, url(`/${at}?${long}`));
  const found = (at: number) =>
    recent.sample([{ kind: "original", project: "demo", tag: `o-${at}` }], { originals: 1, each: 1 }).length;
  expect([found(3_999), found(2_500), found(1_000), found(0)]).toEqual([1, 1, 0, 0]);
});
