import { Checkbox } from "@contentful/f36-forms";
import {
  type ContentType,
  type EditorState,
  fieldsFor,
  hasField,
  hasSidebar,
  withField,
  withSidebar,
} from "./assignments.ts";

interface ContentTypesProps {
  readonly types: readonly ContentType[];
  readonly editors: EditorState;
  readonly onChange: (editors: EditorState) => void;
}

/** Where the app is shown: beside entries, and as the editor of media and JSON fields. */
export function ContentTypes({ types, editors, onChange }: ContentTypesProps) {
  if (types.length === 0) return <p className="quiet">This environment has no content types yet.</p>;
  return (
    <>
      {types.map((type) => {
        const { id } = type.sys;
        return (
          <fieldset key={id} className="type">
            <legend className="wrap">{type.name}</legend>
            <Checkbox
              id={`sidebar-${id}`}
              isChecked={hasSidebar(editors, id)}
              onChange={({ target }) => onChange(withSidebar(editors, id, target.checked))}
            >
              Beside its entries
            </Checkbox>
            {fieldsFor(type).map((field) => (
              <Checkbox
                key={field.id}
                id={`field-${id}-${field.id}`}
                isChecked={hasField(editors, id, field.id)}
                onChange={({ target }) => onChange(withField(editors, id, field.id, target.checked))}
              >
                Editor of {field.name} (
                {field.type === "Object" ? "JSON" : field.type === "Array" ? "media, many" : "media"})
              </Checkbox>
            ))}
          </fieldset>
        );
      })}
    </>
  );
}
