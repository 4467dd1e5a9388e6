import { chooseFormat, OUTPUT_FORMATS } from "@freshet/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { acceptClass } from "./accept.ts";

it("folds the headers of browsers into what they name", () => {
  expect(acceptClass("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8")).toBe("avif webp");
  expect(acceptClass("image/webp,*/*")).toBe("webp");
  expect(acceptClass("*/*")).toBe("");
  expect(acceptClass("image/avif;q=0, image/webp;q=0.5")).toBe("webp");
  expect(acceptClass(undefined)).toBe("");
});

it("gives requests one class only if they get one format", () => {
  const item = fc.tuple(
    fc.constantFrom(
      "image/avif",
      "image/webp",
      "IMAGE/WEBP",
      "image/jpeg",
      "image/*",
      "*/*",
      "text/html",
      "",
    ),
    fc.constantFrom("", ";q=0", ";q=0.05", "; q=0.9", ";q=1", ";v=1;q=0"),
  );
  const header = fc
    .array(
      item.map((parts) => parts.join("")),
      { maxLength: 4 },
    )
    .map((items) => items.join(","));
  const source = { format: "png", hasAlpha: true, pages: 1 } as const;
  fc.assert(
    fc.property(header, header, (one, other) => {
      if (acceptClass(one) !== acceptClass(other)) return;
      for (const requested of [undefined, ["webp", "jpeg"], ["avif", "_webp"]] as const) {
        const choose = (accept: string) => chooseFormat({ requested, accept, source, auto: OUTPUT_FORMATS });
        expect(choose(one)).toEqual(choose(other));
      }
    }),
  );
});
