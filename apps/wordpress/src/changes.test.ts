import { expect, test } from "vitest";
import { changesOf } from "./changes.ts";
import { type AttachmentEvent, type ChangedFile, readEvent } from "./event.ts";
import { readSite } from "./site.ts";

const site = readSite("http://site.example:8080");
if (site === undefined) throw new Error("unreachable");
const event = (...files: ChangedFile[]): AttachmentEvent => ({
  id: "evt_1",
  sequence: 1,
  at: 0,
  link: undefined,
  files,
});
const file = (url: string, version?: string, digest?: string): ChangedFile => ({ url, version, digest });

test("a file with bytes is replaced, a file without them is removed", () => {
  const digest = "ab".repeat(32);
  const { changes, remarks } = changesOf(
    event(
      file("http://site.example:8080/a.jpg", "cababababab", digest),
      file("http://site.example:8080/b.jpg"),
    ),
    site,
  );
  expect(changes).toEqual([
    { kind: "replaced", original: "http://site.example:8080/a.jpg", version: "cababababab", digest },
    { kind: "removed", original: "http://site.example:8080/b.jpg" },
  ]);
  expect(remarks).toEqual([]);
});

test.each([
  "http://other.example/a.jpg",
  "http://site.example/a.jpg",
  "http://user:word@site.example:8080/a.jpg",
  "ftp://site.example:8080/a.jpg",
  "/wp-content/uploads/a.jpg",
  "http://site.example:8080/",
  "",
])("%s is left out with a remark", (url) => {
  const { changes, remarks } = changesOf(
    event(file(url, "c1"), file("http://site.example:8080/b.jpg", "c1")),
    site,
  );
  expect(changes.map((change) => change.original)).toEqual(["http://site.example:8080/b.jpg"]);
  expect(remarks).toHaveLength(1);
});

test("an original is spelt the way browsers ask for it, without query and fragment", () => {
  const { changes } = changesOf(event(file("HTTPS://SITE.example:8080/2026/häß lich.jpg?x=1#y", "c1")), site);
  expect(changes[0]?.original).toBe("https://site.example:8080/2026/h%C3%A4%C3%9F%20lich.jpg");
});

test("one original named twice is one change: the last word counts", () => {
  const url = "http://site.example:8080/a.jpg";
  expect(changesOf(event(file(url, "c1"), file(url, "c2")), site).changes).toMatchObject([{ version: "c2" }]);
});

test("a link that is no web address is not passed on", () => {
  const base = { id: "evt_1", sequence: 1, at: "2026-11-23T10:11:12Z", reason: "hook", files: [] };
  const linkOf = (link: unknown) => readEvent({ ...base, attachment: { id: 1, title: "", link } });
  expect(linkOf("javascript:alert(1)")).toMatchObject({ link: undefined });
  expect(linkOf(`http://site.example/${"ä".repeat(700)}`)).toMatchObject({ link: undefined });
  expect(linkOf("http://site.example/wp-admin/")).toMatchObject({ link: "http://site.example/wp-admin/" });
});

test("a refresh carries neither version nor digest, so that it is never taken for what is known", () => {
  const base = { id: "evt_1", sequence: 1, at: "2026-11-23T10:11:12Z" };
  const files = [{ url: "http://site.example:8080/a.jpg", sha256: "ab".repeat(32), version: "cababababab" }];
  const changesFor = (reason: string) => {
    const read = readEvent({ ...base, reason, files });
    if (typeof read === "string") throw new Error(read);
    return changesOf(read, site).changes;
  };
  expect(changesFor("refresh")).toEqual([{ kind: "replaced", original: "http://site.example:8080/a.jpg" }]);
  expect(changesFor("hook")).toMatchObject([{ version: "cababababab", digest: "ab".repeat(32) }]);
});
