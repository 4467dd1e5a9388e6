import { Button, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { readable } from "../knobs.ts";
import type { ControlProps } from "./control.ts";
import classes from "./controls.module.css";

/** A text that is judged while it is typed; what cannot be read is not followed. `offers` are texts that are often wanted. */
export function TextControl({
  knob,
  value,
  turned,
  labelId,
  describedBy,
  offers = [],
}: ControlProps & { readonly offers?: readonly string[] }) {
  const [draft, setDraft] = useState(value ?? "");
  useEffect(() => {
    // What was typed stays as it is while it means the same.
    setDraft((before) => (readable(knob.name, before) === value ? before : (value ?? "")));
  }, [knob.name, value]);
  const type = (text: string) => {
    setDraft(text);
    if (text === "") turned(undefined);
    else if (readable(knob.name, text) !== undefined) turned(text);
  };
  const isWrong = draft !== "" && readable(knob.name, draft) === undefined;
  return (
    <div className={classes.grow}>
      <TextInput
        size="xs"
        value={draft}
        placeholder={knob.parameter.example}
        error={isWrong ? `Write ${knob.parameter.expected}.` : undefined}
        onChange={(event) => type(event.currentTarget.value)}
        aria-labelledby={labelId}
        aria-describedby={describedBy}
        autoComplete="off"
        spellCheck={false}
      />
      {offers.length > 0 && (
        <div className={classes.offers}>
          {offers.map((text) => (
            <Button key={text} size="compact-xs" variant="default" onClick={() => type(text)}>
              {text}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
