import fc from "fast-check";
import { expect, test } from "vitest";
import { readFiles } from "./asset-file.ts";
import { readAssetUrl } from "./asset-url.ts";

test.each([
  "//images.ctfassets.net/space1/hat/1f2e/big%20hat.jpg",
  "https://images.ctfassets.net/space1/hat/1f2e/big%20hat.jpg?w=400#x",
])("%s is the file of an asset", (text) => {
  expect(readAssetUrl(text)).toEqual({
    original: "https://images.ctfassets.net/space1/hat/1f2e/big%20hat.jpg",
    ...{ space: "space1", asset: "hat", token: "1f2e", fileName: "big hat.jpg" },
  });
});

test.each([
  ["http://images.ctfassets.net/s/a/t/f.jpg", "host"],
  ["//images.ctfassets.net.evil.example/s/a/t/f.jpg", "host"],
  ["//evil.example/images.ctfassets.net/a/t/f.jpg", "host"],
  ["//user@images.ctfassets.net/s/a/t/f.jpg", "host"],
  ["//images.ctfassets.net:8443/s/a/t/f.jpg", "host"],
  ["//127.0.0.1/s/a/t/f.jpg", "host"],
  ["//other.ctfassets.net/s/a/t/f.jpg", "host"],
  ["file:///etc/passwd", "host"],
  ["", "host"],
  ["//images.secure.ctfassets.net/s/a/t/f.jpg", "embargoed"],
  ["//images.ctfassets.net/s/a/f.jpg", "path"],
  ["//images.ctfassets.net/s/a/t/", "path"],
])("%s is refused for its %s", (text, fault) => {
  expect(readAssetUrl(text)).toBe(fault);
});

test("other places are taken where they are named, and only those", () => {
  const origins = ["http://127.0.0.1:9000"];
  expect(readAssetUrl("//127.0.0.1:9000/s/a/t/f.jpg", origins)).toMatchObject({
    original: "http://127.0.0.1:9000/s/a/t/f.jpg",
  });
  expect(readAssetUrl("//127.0.0.1:9001/s/a/t/f.jpg", origins)).toBe("host");
  expect(readAssetUrl("//127.0.0.1:90001/s/a/t/f.jpg", origins)).toBe("host");
  expect(readAssetUrl("//images.eu.ctfassets.net/s/a/t/f.jpg", origins)).toMatchObject({ space: "s" });
});

test("whatever it is, what comes out names its own parts and nothing is thrown", () => {
  const part = fc.oneof(fc.string(), fc.constantFrom("..", ".", "%2e%2e", "*", "a/b", "é", "%", "\\"));
  fc.assert(
    fc.property(part, part, part, (asset, token, name) => {
      const read = readAssetUrl(`//images.ctfassets.net/space1/${asset}/${token}/${name}`);
      if (typeof read === "string") return;
      const { hostname, pathname, search, hash } = new URL(read.original);
      expect([hostname, search, hash]).toEqual(["images.ctfassets.net", "", ""]);
      const star = (text: string) => text.replaceAll("*", "%2A");
      expect(pathname.split("/").slice(1, 4)).toEqual([read.space, read.asset, read.token].map(star));
      expect(read.original).not.toContain("*");
    }),
    // Two dots take the place of the space before them away, and what follows is in it.
    { examples: [["..", "*", "a/b"]] },
  );
});

test("an event speaks for the files of its own space and asset alone", () => {
  const file = (url: unknown) => ({ url, contentType: "image/jpeg", details: { size: 1 } });
  const { files, remarks } = readFiles(
    {
      file: {
        "en-US": file("//images.ctfassets.net/space1/hat/t/f.jpg"),
        de: file("//images.ctfassets.net/space2/hat/t/f.jpg"),
        fr: file("//images.ctfassets.net/space1/shoe/t/f.jpg"),
        it: file("//169.254.169.254/space1/hat/t/f.jpg"),
        es: file(undefined),
        __proto__: file("//images.ctfassets.net/space1/hat/t/f.jpg"),
      },
    },
    { space: "space1", asset: "hat", origins: [] },
  );
  expect(Object.keys(files)).toEqual(["en-US"]);
  expect(remarks).toHaveLength(3);
});
