import { expect, test } from "vitest";
import { fieldsFor, hasField, hasSidebar, readEditorState, withField, withSidebar } from "./assignments.ts";

test("the app is put beside entries and into fields, and taken away again, and all else stays", () => {
  const before = {
    page: { editors: { position: 1 } },
    article: { sidebar: { position: 3 }, controls: [{ fieldId: "hero", settings: { size: 2 } }] },
  };
  const after = withField(withSidebar(before, "page", true), "article", "teaser", true);
  expect(after).toEqual({
    page: { editors: { position: 1 }, sidebar: { position: 0 } },
    article: {
      sidebar: { position: 3 },
      controls: [{ fieldId: "hero", settings: { size: 2 } }, { fieldId: "teaser" }],
    },
  });
  expect([hasSidebar(after, "page"), hasField(after, "article", "teaser")]).toEqual([true, true]);
  expect(withSidebar(withField(after, "article", "teaser", false), "page", false)).toEqual(before);
  // What is there already keeps its place and its settings.
  expect(withField(withSidebar(before, "article", true), "article", "hero", true)).toEqual(before);
  expect(withField(before, "article", "hero", false).article).toEqual({ sidebar: { position: 3 } });
});

test("media and JSON fields are offered, and no others", () => {
  const fields = [
    { id: "a", name: "A", type: "Object" },
    { id: "b", name: "B", type: "Link", linkType: "Asset" },
    { id: "c", name: "C", type: "Array", items: { linkType: "Asset" } },
    { id: "d", name: "D", type: "Link", linkType: "Entry" },
    { id: "e", name: "E", type: "Array", items: {} },
    { id: "f", name: "F", type: "Text" },
  ];
  expect(fieldsFor({ sys: { id: "x" }, name: "X", fields }).map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

test("before the first installation the app is nowhere", () => {
  for (const nothing of [null, undefined, {}, { EditorInterface: null }, 1])
    expect(readEditorState(nothing)).toEqual({});
});
