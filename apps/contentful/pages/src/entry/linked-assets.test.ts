import { expect, test } from "vitest";
import { linkedAssets } from "./linked-assets.ts";

const link = (id: string) => ({ sys: { type: "Link", linkType: "Asset", id } });

test("assets of media, lists, rich text and JSON are found once, with the fields and locales that show them", () => {
  const field = (id: string, values: Readonly<Record<string, unknown>>) => ({
    id,
    locales: Object.keys(values),
    getValue: (locale?: string) => values[locale ?? ""],
  });
  const rich = {
    nodeType: "document",
    content: [{ nodeType: "embedded-asset-block", data: { target: link("c") } }],
  };
  const fields = [
    field("hero", { en: link("a"), de: link("b") }),
    field("gallery", { en: [link("b"), link("a")] }),
    field("body", { en: rich }),
    field("teaser", { en: { asset: link("d"), focalPoint: { x: 0, y: 0 } } }),
    field("other", { en: { sys: { type: "Link", linkType: "Entry", id: "e" } }, de: undefined }),
  ];
  expect(linkedAssets(fields, (id) => id.toUpperCase())).toEqual([
    { asset: "a", fields: ["HERO", "GALLERY"], locales: ["en"] },
    { asset: "b", fields: ["HERO", "GALLERY"], locales: ["de", "en"] },
    { asset: "c", fields: ["BODY"], locales: ["en"] },
    { asset: "d", fields: ["TEASER"], locales: ["en"] },
  ]);
});
