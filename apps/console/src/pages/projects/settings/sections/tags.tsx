import { useSetting } from "../editing.ts";
import { Field } from "../field.tsx";
import { Rows } from "../rows.tsx";

interface TagRule {
  readonly match: string;
  readonly tag: string;
}

/** Which originals have which tag. */
export function Tags() {
  const { value = [], set, isLocked } = useSetting<readonly TagRule[]>(["tags"]);
  return (
    <Rows
      name="Tags"
      what="tag"
      count={value.length}
      isLocked={isLocked}
      add={() => set([...value, { match: "", tag: "" }])}
      remove={(at) => set(value.length === 1 ? undefined : value.toSpliced(at, 1))}
      row={(at) => (
        <>
          <Field
            path={["tags", at, "match"]}
            label="Paths that contain"
            hint=""
            placeholder="/_media_/summer/"
          />
          <Field path={["tags", at, "tag"]} label="have the tag" hint="" placeholder="campaign-x" />
        </>
      )}
    />
  );
}
