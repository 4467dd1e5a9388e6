import fc from "fast-check";
import { expect, test } from "vitest";
import { type Naming, parentFolders, resolveOriginal, stepsToOriginal } from "./original.ts";

const naming: Naming = {
  aliases: {
    _sample_: { folder: "sample" },
    _site_: { url: "http://127.0.0.1:9000/media" },
    "_site_/big": { url: "https://big.example" },
    _near_: { url: "_site_/near" },
    _bare_: { url: "cdn.example/x/" },
    _a_: { url: "_b_" },
    _b_: { url: "_a_" },
  },
};
const resolve = (original: string, prefix?: string) => resolveOriginal(original, { ...naming, prefix });
const nameOf = (original: string, prefix?: string) => {
  const resolved = resolve(original, prefix);
  return resolved.kind === "invalid" ? `invalid: ${resolved.reason}` : resolved.name;
};

test("an original with scheme is fetched there, one without is tried over https, then http", () => {
  expect(resolve("http://Site.Example/a.jpg")).toEqual({
    kind: "http",
    urls: ["http://site.example/a.jpg"],
    name: "site.example/a.jpg",
  });
  expect(resolve("site.example:8443/a.jpg")).toMatchObject({
    urls: ["https://site.example:8443/a.jpg", "http://site.example:8443/a.jpg"],
    name: "site.example:8443/a.jpg",
  });
  expect(resolve("site.example:80/a.jpg")).toMatchObject({ urls: ["http://site.example/a.jpg"] });
});

test("all spellings of one place have one name", () => {
  const spellings = [
    ...[
      "http://site.example/a,b/%7Ec d.jpg",
      "https://SITE.example:443/a%2cb/~c%20d.jpg",
      "site.example/a%2Cb/~c d.jpg",
    ],
    ...[
      "//site.example/x/../a,b/./~c%20d.jpg",
      "http:/site.example./%61,b/%7ec%20d.jpg",
      "http://site.example:80/a,b/~c%20d.jpg#x",
    ],
    ...["https://site.example/%2e%2E/a,b/~c%20d.jpg"],
  ];
  expect(new Set(spellings.map((each) => nameOf(each)))).toEqual(new Set(["site.example/a,b/~c%20d.jpg"]));
});

test("escaped slashes, question marks, plus signs and semicolons stay data", () => {
  expect(nameOf("h.example/a%2fb%3Fc%23d%2Be%3Bf%25.jpg")).toBe("h.example/a%2Fb%3Fc%23d%2Be%3Bf%25.jpg");
  expect(nameOf("h.example/a+b;c.jpg")).toBe("h.example/a+b;c.jpg");
});

test("aliases stand for folders and URLs, the longest first, and may lead to each other", () => {
  expect(resolve("_sample_/x//y%20z/./b.jpg")).toEqual({
    kind: "folder",
    folder: "sample",
    path: "x/y z/b.jpg",
    name: "folder:sample/x/y%20z/b.jpg",
  });
  expect(resolve("_site_/a.jpg")).toMatchObject({ urls: ["http://127.0.0.1:9000/media/a.jpg"] });
  expect(nameOf("_site_/a.jpg")).toBe(nameOf("http://127.0.0.1:9000/media/a.jpg"));
  expect(nameOf("_site_/big/a.jpg")).toBe("big.example/a.jpg");
  expect(nameOf("_site_/bigger/a.jpg")).toBe("127.0.0.1:9000/media/bigger/a.jpg");
  expect(nameOf("_near_/a.jpg")).toBe("127.0.0.1:9000/media/near/a.jpg");
  expect(nameOf("%5Fsite%5f/%61.jpg")).toBe("127.0.0.1:9000/media/a.jpg");
  expect(resolve("_bare_/a.jpg")).toMatchObject({
    urls: ["https://cdn.example/x/a.jpg", "http://cdn.example/x/a.jpg"],
  });
  expect(nameOf("_a_/x.jpg")).toBe("invalid: alias-loop");
  expect(nameOf("_sample_x/a.jpg")).toBe("invalid: not-an-original");
  expect(nameOf("_sample_/a#b.jpg")).toBe("folder:sample/a%23b.jpg");
});

test("nothing climbs out of an alias or a prefix", () => {
  for (const path of [
    "../a.jpg",
    "x/../../a.jpg",
    "%2e%2e/a.jpg",
    "x/%2E./../..",
    "..",
    ".%2e/_sample_/a.jpg",
  ]) {
    expect(nameOf(`_sample_/${path}`), path).toBe("invalid: climbs-out");
    expect(nameOf(`_site_/${path}`), path).toBe("invalid: climbs-out");
    expect(nameOf(`photos/../${path}`, "https://h.example/base"), path).toBe("invalid: climbs-out");
  }
  expect(nameOf("_sample_/x/../a.jpg")).toBe("folder:sample/a.jpg");
});

test("a folder path is made of plain file names", () => {
  for (const path of [
    "a%2Fb.jpg",
    "..%2Fb.jpg",
    "a%5Cb.jpg",
    "a\\b.jpg",
    "a%00.jpg",
    "a%0a.jpg",
    "%E9.jpg",
  ]) {
    expect(nameOf(`_sample_/${path}`), path).toBe("invalid: path");
  }
  for (const path of ["", "/", "//", "/."])
    expect(nameOf(`_sample_${path}`)).toBe("invalid: not-an-original");
});

test("the prefix stands before what is neither absolute nor an alias nor begins with a host", () => {
  expect(nameOf("photos/paris.jpg", "https://h.example/base/")).toBe("h.example/base/photos/paris.jpg");
  expect(nameOf("paris.jpg", "https://h.example")).toBe("h.example/paris.jpg");
  expect(nameOf("paris.jpg", "_sample_")).toBe("folder:sample/paris.jpg");
  expect(nameOf("_site_/a.jpg", "https://h.example")).toBe("127.0.0.1:9000/media/a.jpg");
  expect(nameOf("other.example/a.jpg", "https://h.example")).toBe("other.example/a.jpg");
  expect(nameOf("localhost/a.jpg", "https://h.example")).toBe("localhost/a.jpg");
  expect(nameOf("photos/a.jpg", "photos")).toBe("invalid: not-an-original");
});

test.each([
  ["favicon.ico", "not-an-original"],
  ["wp-login.php", "not-an-original"],
  ["photos/paris.jpg", "not-an-original"],
  ["data:image/png;base64,AAAA/BBBB", "not-an-original"],
  ["ftp://h.example/a.jpg", "scheme"],
  ["file:///etc/passwd", "scheme"],
  ["https://user:secret@h.example/a.jpg", "credentials"],
  ["https://exa mple/a.jpg", "host"],
  ["https://h.example:99999/a.jpg", "host"],
  ["https:///", "host"],
  ["http://..", "host"],
  ["http://a..b/x.jpg", "host"],
  ["http://a%2Fb/a.jpg", "host"],
])("“%s” names no original: %s", (original, reason) => {
  expect(resolve(original)).toEqual({ kind: "invalid", reason });
});

test("addresses in every notation have one name", () => {
  expect(nameOf("http://0x7f.1/a.jpg")).toBe("127.0.0.1/a.jpg");
  expect(nameOf("http://[0:0:0:0:0:0:0:1]:8080/a.jpg")).toBe("[::1]:8080/a.jpg");
  expect(nameOf("http://bücher.example/a.jpg")).toBe("xn--bcher-kva.example/a.jpg");
});

test("the folders above an original are named nearest first", () => {
  expect(parentFolders("h/a/b/c.jpg", 8)).toEqual(["h", "h/a", "h/a/b"]);
  expect(parentFolders("h/a/b/c.jpg", 2)).toEqual(["h", "h/a"]);
  expect(parentFolders("folder:sample/b.jpg", 8)).toEqual(["folder:sample"]);
  expect(parentFolders("h/a.jpg", 0)).toEqual([]);
});

const part = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "_sample_",
    "_site_",
    "_a_",
    "/",
    "//",
    "..",
    ".",
    "%2e",
    "%2F",
    "%",
    "http://",
    "h.example",
    ":80",
    "@",
    "#",
    "?",
    "\\",
  ),
);
const originals = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(""));

test("any text resolves, and names are the normal form of what is fetched", () => {
  fc.assert(
    fc.property(
      originals,
      fc.constantFrom(undefined, "https://h.example/base", "_sample_"),
      (original, prefix) => {
        const resolved = resolve(original, prefix);
        if (resolved.kind === "http") {
          for (const url of resolved.urls) {
            expect(new URL(url).href).toBe(url);
            expect(nameOf(url)).toBe(resolved.name);
          }
        }
        if (resolved.kind === "folder") {
          expect(resolved.path).not.toMatch(/^\/|(?:^|\/)\.{0,2}(?:\/|$)|\\|\0/);
          expect(nameOf(`_sample_/${resolved.name.slice("folder:sample/".length)}`)).toBe(resolved.name);
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test("aliases never overlap: the longest whole segments count, in whatever order they are written down", () => {
  const part = fc.constantFrom("_demo_", "_demo_one_", "_one_", "_demo", "one_", "_d_");
  const alias = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `_${parts.join("/")}_`);
  fc.assert(
    fc.property(fc.uniqueArray(alias, { minLength: 1, maxLength: 6 }), alias, (names, first) => {
      const targets = names.map((name, at) => [name, { url: `https://h${at}.example` }] as const);
      const aliases = Object.fromEntries(targets);
      const path = `${first}/_demo_/x.jpg`;
      const expected = targets
        .filter(([name]) => path.startsWith(`${name}/`))
        .toSorted(([a], [b]) => b.length - a.length)[0];
      const resolved = resolveOriginal(path, { aliases });
      expect(resolved).toEqual(resolveOriginal(path, { aliases: Object.fromEntries(targets.toReversed()) }));
      const host = expected && new URL(expected[1].url).host;
      expect(resolved.kind === "http" ? resolved.name : undefined).toBe(
        host && `${host}/${path.slice((expected?.[0].length ?? 0) + 1)}`,
      );
      const steps = stepsToOriginal(path, { aliases });
      expect(steps.map((step) => step.alias)).toEqual(expected ? [expected[0]] : []);
    }),
  );
});

test("the steps to an original end where it is read", () => {
  const naming = {
    aliases: { _a_: { url: "_b_/x" }, _b_: { url: "https://h.example/y" }, _d_: { folder: "f" } },
    prefix: "_a_",
  };
  expect(stepsToOriginal("c.jpg", naming)).toEqual([
    { alias: undefined, text: "_a_/c.jpg" },
    { alias: "_a_", text: "_b_/x/c.jpg" },
    { alias: "_b_", text: "https://h.example/y/x/c.jpg" },
  ]);
  expect(stepsToOriginal("_d_/c.jpg", naming)).toEqual([{ alias: "_d_", text: "folder:f/c.jpg" }]);
  expect(stepsToOriginal("https://h.example/c.jpg", naming)).toEqual([]);
});
