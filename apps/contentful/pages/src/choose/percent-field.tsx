import { FormControl, TextInput } from "@contentful/f36-forms";
import { useEffect, useState } from "react";
import { percent, shareOf } from "./points.ts";

/** A share of the picture, as percent that can be written. */
export function PercentField(props: {
  readonly label: string;
  readonly value: number;
  readonly onChange: (share: number) => void;
}) {
  const { label, value, onChange } = props;
  const [text, setText] = useState(percent(value));
  useEffect(() => setText((before) => (shareOf(before) === value ? before : percent(value))), [value]);
  return (
    <FormControl marginBottom="none" className="number">
      <FormControl.Label>{label}</FormControl.Label>
      <TextInput
        size="small"
        type="text"
        inputMode="decimal"
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          const share = shareOf(target.value);
          if (share !== undefined) onChange(share);
        }}
        onBlur={() => setText(percent(value))}
      />
    </FormControl>
  );
}
