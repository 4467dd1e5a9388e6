import { MultiSelect, SegmentedControl, Select, Switch } from "@mantine/core";
import type { ControlProps } from "./control.ts";
import classes from "./controls.module.css";

export function FlagControl({ value, turned, labelId, describedBy }: ControlProps) {
  return (
    <Switch
      checked={value === "1"}
      onChange={(event) => turned(event.currentTarget.checked ? "1" : undefined)}
      aria-labelledby={labelId}
      aria-describedby={describedBy}
    />
  );
}

/** So many words stand beside one another. */
const FEW = 3;

/** One of some words. */
export function ChoiceControl({
  knob,
  value,
  turned,
  labelId,
  describedBy,
  choices,
}: ControlProps & { readonly choices: readonly string[] }) {
  if (choices.length <= FEW) {
    return (
      <SegmentedControl
        size="xs"
        data={[{ value: "", label: "–" }, ...choices.map((word) => ({ value: word, label: word }))]}
        value={value ?? ""}
        onChange={(next) => turned(next === "" ? undefined : next)}
        aria-labelledby={labelId}
        aria-describedby={describedBy}
      />
    );
  }
  return (
    <Select
      size="xs"
      data={[...choices]}
      value={value ?? null}
      placeholder={knob.parameter.neutral ?? "not set"}
      onChange={(next) => turned(next ?? undefined)}
      clearable
      clearButtonProps={{ "aria-label": `Take ${knob.label} away` }}
      aria-labelledby={labelId}
      aria-describedby={describedBy}
      className={classes.grow ?? ""}
    />
  );
}

/** Some of some words, in the order in which they were chosen. */
export function ChoicesControl({
  knob,
  value,
  turned,
  labelId,
  describedBy,
  choices,
}: ControlProps & { readonly choices: readonly string[] }) {
  const chosen = value === undefined ? [] : value.split(",");
  return (
    <MultiSelect
      size="xs"
      data={[...choices]}
      value={chosen}
      placeholder={chosen.length === 0 ? "as negotiated" : ""}
      onChange={(next) => turned(next.length === 0 ? undefined : next.join(","))}
      clearable
      clearButtonProps={{ "aria-label": `Take ${knob.label} away` }}
      aria-labelledby={labelId}
      aria-describedby={describedBy}
      className={classes.grow ?? ""}
    />
  );
}
