import { NativeSelect, NumberInput, PasswordInput, Switch, Textarea, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { duration } from "./duration.ts";
import { useSetting } from "./editing.ts";
import classes from "./field.module.css";
import { isSame, type Path } from "./paths.ts";

export interface FieldProps {
  readonly path: Path;
  readonly label: string;
  /** What the setting is for; what its schema says where nothing is said here. */
  readonly hint?: ReactNode;
  readonly placeholder?: string;
  /** Of a list: one entry is one line. */
  readonly rows?: number;
  /** A number is one of seconds. */
  readonly isSeconds?: boolean;
}

/** A field for a setting, of the kind that its schema describes. */
export function Field(props: FieldProps) {
  const { schema } = useSetting(props.path);
  if (schema?.enum) return <ChoiceField {...props} />;
  if (schema?.type === "boolean") return <SwitchField {...props} />;
  if (schema?.type === "integer") return <NumberField {...props} />;
  if (schema?.type === "array") return <LinesField {...props} />;
  return schema?.writeOnly ? <SecretField {...props} /> : <TextField {...props} />;
}

/** Label, hint and state, alike for every kind of field. */
function useFrame({ path, label, hint }: FieldProps) {
  const setting = useSetting<unknown>(path);
  const { schema, error, isLocked, isPinned, isChanged } = setting;
  return {
    setting,
    frame: {
      label: (
        <>
          {label}
          {isPinned && <span className={classes.mark}>pinned by the configuration file</span>}
          {isChanged && <span className={classes.mark}>changed</span>}
        </>
      ),
      description: hint ?? schema?.description,
      error,
      readOnly: isLocked,
      inputWrapperOrder: ["label", "input", "description", "error"] as const satisfies readonly string[],
      "data-pointer": path.join("/"),
    },
  };
}

function TextField(props: FieldProps) {
  const { setting, frame } = useFrame(props);
  return (
    <TextInput
      {...frame}
      inputWrapperOrder={[...frame.inputWrapperOrder]}
      value={String(setting.value ?? "")}
      placeholder={props.placeholder ?? ""}
      spellCheck={false}
      autoCapitalize="off"
      autoComplete="off"
      onChange={(event) => setting.set(event.currentTarget.value || undefined)}
    />
  );
}

/** A secret that was saved is never shown again: its mask stands for it until somebody writes another one. */
function SecretField(props: FieldProps) {
  const { setting, frame } = useFrame(props);
  const value = String(setting.value ?? "");
  const isKept = /^\*{8}([0-9a-f]{8})?$/.test(value);
  return (
    <PasswordInput
      {...frame}
      inputWrapperOrder={[...frame.inputWrapperOrder]}
      value={isKept ? "" : value}
      placeholder={isKept ? "Kept; write another one to replace it" : (props.placeholder ?? "")}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ "aria-label": `Show or hide ${props.label}` }}
      onChange={(event) => setting.set(event.currentTarget.value || undefined)}
    />
  );
}

function NumberField(props: FieldProps) {
  const { setting, frame } = useFrame(props);
  const { schema } = setting;
  const value = typeof setting.value === "number" ? setting.value : undefined;
  const usual = typeof schema?.default === "number" ? schema.default : undefined;
  const shown = value ?? usual;
  return (
    <NumberInput
      {...frame}
      inputWrapperOrder={[...frame.inputWrapperOrder]}
      value={value ?? ""}
      placeholder={props.placeholder ?? (usual === undefined ? "" : String(usual))}
      allowDecimal={false}
      allowNegative={false}
      hideControls
      {...(props.isSeconds && { suffix: " s", rightSectionWidth: 130 })}
      rightSection={
        props.isSeconds && shown !== undefined ? (
          <span className={classes.aside}>{duration(shown)}</span>
        ) : undefined
      }
      onChange={(next) => setting.set(typeof next === "number" ? next : undefined)}
    />
  );
}

function SwitchField(props: FieldProps) {
  const { setting, frame } = useFrame(props);
  const { inputWrapperOrder: _order, readOnly, ...rest } = frame;
  const usual = setting.schema?.default === true;
  return (
    <Switch
      {...rest}
      disabled={readOnly}
      checked={typeof setting.value === "boolean" ? setting.value : usual}
      onChange={(event) => {
        const next = event.currentTarget.checked;
        setting.set(next === usual ? undefined : next);
      }}
    />
  );
}

function ChoiceField(props: FieldProps) {
  const { setting, frame } = useFrame(props);
  const { readOnly, ...rest } = frame;
  const { schema } = setting;
  const usual = schema?.default;
  return (
    <NativeSelect
      {...rest}
      inputWrapperOrder={[...frame.inputWrapperOrder]}
      disabled={readOnly}
      value={String(setting.value ?? usual ?? "")}
      data={[
        ...(usual === undefined ? [{ value: "", label: "—" }] : []),
        ...(schema?.enum ?? []).map((each) => ({ value: String(each), label: String(each) })),
      ]}
      onChange={(event) => {
        const next = schema?.enum?.find((each) => String(each) === event.currentTarget.value);
        setting.set(next === usual ? undefined : next);
      }}
    />
  );
}

/** A list of texts or numbers, one a line. What cannot be a number is left to the server to refuse. */
function LinesField(props: FieldProps) {
  const { setting, frame } = useFrame(props);
  const entries = Array.isArray(setting.value) ? setting.value : [];
  const isNumbers = setting.schema?.items?.type === "integer";
  // A line that is begun is no entry yet, but has to stay on the screen.
  const [text, setText] = useState("");
  const shown = isSame(readLines(text, isNumbers), entries) ? text : entries.join("\n");
  return (
    <Textarea
      {...frame}
      inputWrapperOrder={[...frame.inputWrapperOrder]}
      value={shown}
      placeholder={props.placeholder ?? ""}
      minRows={props.rows ?? 3}
      autosize
      spellCheck={false}
      classNames={{ input: classes.code ?? "" }}
      onChange={(event) => {
        setText(event.currentTarget.value);
        const next = readLines(event.currentTarget.value, isNumbers);
        setting.set(next.length === 0 ? undefined : next);
      }}
    />
  );
}

function readLines(text: string, isNumbers: boolean): readonly (string | number)[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => (isNumbers && /^\d{1,15}$/.test(line) ? Number(line) : line));
}
