import fc from "fast-check";
import { expect, test } from "vitest";
import { readRobots } from "./robots.ts";

const allows = (text: string, path: string) =>
  readRobots(text, "Freshet").allows(`http://site.example${path}`);

test.each<[string, string, boolean]>([
  ["", "/a.jpg", true],
  ["User-agent: *\nDisallow:", "/a.jpg", true],
  ["User-agent: *\nDisallow: /", "/a.jpg", false],
  ["User-agent: Other\nDisallow: /", "/a.jpg", true],
  ["User-agent: *\nDisallow: /\nUser-agent: FRESHET # ours\nAllow: /", "/a.jpg", true],
  ["User-agent: other\nUser-agent: freshet\nDisallow: /up/", "/up/a.jpg", false],
  ["User-agent: *\nDisallow: /up/\nAllow: /up/a", "/up/a.jpg", true],
  ["User-agent: *\nDisallow: /up/\nAllow: /up/", "/up/a.jpg", true],
  ["User-agent: *\nDisallow: /*.jpg$", "/up/a.jpg", false],
  ["User-agent: *\nDisallow: /*.jpg$", "/up/a.jpg?v=1", true],
  ["User-agent: *\nDisallow: /*/cache/*.png", "/up/cache/x/a.png", false],
  ["User-agent: *\r\nDisallow: /up", "/upper.jpg", false],
  ["User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php", "/wp-content/uploads/a.jpg", true],
])("%j: %s", (text, path, expected) => expect(allows(text, path)).toBe(expected));

test("no text and no pattern is slow or an exception", () => {
  const line = fc.tuple(
    fc.constantFrom("User-agent", "Disallow", "Allow", "Sitemap"),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.webPath(), (lines, path) => {
      expect(typeof allows(lines.map(([name, value]) => `${name}: ${value}`).join("\n"), path)).toBe(
        "boolean",
      );
    }),
  );
  const begun = Date.now();
  expect(allows(`User-agent: *\nDisallow: /${"*a".repeat(900)}$`, `/${"a".repeat(5_000)}b`)).toBe(true);
  expect(Date.now() - begun).toBeLessThan(1_000);
});
