import fc from "fast-check";
import { expect, it } from "vitest";
import { aliasOfFiles, fileNameOf } from "./file-names.ts";

it("keeps what can be kept of a name", () => {
  expect(fileNameOf("Müller & Söhne (2).PNG")).toBe("Muller-Sohne-2.PNG");
  expect(fileNameOf("../../etc/passwd")).toBe("etc-passwd");
  expect(fileNameOf("日本.png")).toBe("png");
  expect(fileNameOf("")).toBe("picture");
});

it("gives a name that the server takes, whatever a file is called", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
      expect(fileNameOf(name)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
    }),
  );
});

it("finds the alias of uploaded files, or makes one that is free", () => {
  const mine = { _mine_: { files: true } };
  expect(aliasOfFiles(mine)).toEqual({ alias: "_mine_", aliases: mine });
  expect(aliasOfFiles(undefined)).toEqual({ alias: "_files_", aliases: { _files_: { files: true } } });
  expect(aliasOfFiles({ _files_: "https://x.example" }).alias).toBe("_files-2_");
});
