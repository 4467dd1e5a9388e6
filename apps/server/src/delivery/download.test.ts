import { parse } from "content-disposition";
import fc from "fast-check";
import { expect, test } from "vitest";
import { downloadHeaders, fileNameOf } from "./download.ts";

test.each([
  ["shop/site.example/a/hat.jpg", undefined, "hat.jpg"],
  ["shop/site.example/red%20hat.jpg", "webp", "red hat.webp"],
  ["shop/site.example/hat.jpg", "jpeg", "hat.jpg"],
  ["shop/site.example/hat.JPEG", "jpeg", "hat.JPEG"],
  ["shop/site.example/hat", "jpeg", "hat.jpg"],
  ["shop/site.example/hat.tif", "tiff", "hat.tif"],
  ["shop/site.example/..%2F..%2Fetc%2Fpasswd", undefined, "_.._etc_passwd"],
  ["shop/site.example/a%00b%0d%0aX%3A%201.css", undefined, "a_b_X_ 1.css"],
  ["shop/site.example/invoice%E2%80%AEfdp.exe", undefined, "invoice_fdp.exe"],
  ["shop/site.example/.htaccess", undefined, "htaccess"],
  ["shop/site.example/%ff.css", undefined, "_ff.css"],
  ["shop/site.example/", undefined, "download"],
] as const)("%s as %s is saved as “%s”", (path, format, name) => {
  expect(fileNameOf(path, format)).toBe(name);
});

test("whatever a path is, the header names one plain file", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webPath()), (text) => {
      const [, header = ""] = downloadHeaders(`p/host.example/${text}`, "webp");
      expect(header).toMatch(/^attachment; filename[\x20-\x7e]+$/);
      const { parameters } = parse(header);
      const name = String(parameters.filename);
      expect(name).toMatch(/^[^\p{Cc}\p{Cf}\\/:*?"<>|]{1,200}\.webp$/u);
      expect(name.startsWith(".")).toBe(false);
    }),
  );
});
