import type { FieldAppSDK } from "@contentful/app-sdk";
import { Note } from "@contentful/f36-note";
import { useEffect } from "react";
import { JsonField } from "../field/json-field.tsx";
import { MediaField } from "../field/media-field.tsx";

/** In place of a field's own editor. */
export function EntryField({ sdk }: { readonly sdk: FieldAppSDK }) {
  useEffect(() => sdk.window.startAutoResizer(), [sdk]);
  switch (kindOf(sdk)) {
    case "media":
      return <MediaField sdk={sdk} />;
    case "json":
      return <JsonField sdk={sdk} />;
    case undefined:
      return (
        <Note variant="warning">
          Freshet edits media and JSON fields; this one is of the type {sdk.field.type}. Choose another
          appearance for it.
        </Note>
      );
  }
}

function kindOf({ field }: FieldAppSDK): "media" | "json" | undefined {
  if (field.type === "Object") return "json";
  const linked = field.type === "Array" ? field.items : field;
  return linked && "linkType" in linked && linked.linkType === "Asset" ? "media" : undefined;
}
