import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useEditing, useSetting } from "../editing.ts";
import { Field } from "../field.tsx";
import { Rows } from "../rows.tsx";

type Named = Readonly<Record<string, string>>;

/** Parameters by name. Names are edited like values; one that is there twice waits until it is another one. */
export function Presets() {
  const { project } = useEditing();
  const { value = {}, set, isLocked } = useSetting<Named>(["presets"]);
  const names = Object.keys(value);
  const put = (next: Named) => set(Object.keys(next).length === 0 ? undefined : next);
  return (
    <Rows
      key={project}
      name="Presets"
      what="preset"
      count={names.length}
      isLocked={isLocked}
      add={() => put({ ...value, [freeName(names)]: "w=400" })}
      remove={(at) => put(Object.fromEntries(Object.entries(value).toSpliced(at, 1)))}
      row={(at) => (
        <>
          <PresetName
            name={names[at] ?? ""}
            others={names.toSpliced(at, 1)}
            isLocked={isLocked}
            renamed={(name) =>
              put(
                Object.fromEntries(
                  Object.entries(value).map(([each, text], i) => [i === at ? name : each, text]),
                ),
              )
            }
          />
          <Field
            path={["presets", names[at] ?? ""]}
            label="stands for"
            hint=""
            placeholder="w=400&h=300&q=70"
          />
        </>
      )}
    />
  );
}

function freeName(names: readonly string[]): string {
  for (let n = names.length + 1; ; n += 1) if (!names.includes(`preset-${n}`)) return `preset-${n}`;
}

function PresetName(props: {
  readonly name: string;
  readonly others: readonly string[];
  readonly isLocked: boolean;
  readonly renamed: (name: string) => void;
}) {
  const { name, others, isLocked, renamed } = props;
  const [text, setText] = useState<string>();
  const isTaken = text !== undefined && others.includes(text);
  return (
    <TextInput
      label="Name"
      value={text ?? name}
      readOnly={isLocked}
      spellCheck={false}
      autoCapitalize="off"
      error={isTaken && "There is a preset of this name already."}
      onChange={(event) => {
        const next = event.currentTarget.value;
        const mayStand = next !== "" && !others.includes(next);
        setText(mayStand ? undefined : next);
        if (mayStand) renamed(next);
      }}
      onBlur={() => setText(undefined)}
    />
  );
}
