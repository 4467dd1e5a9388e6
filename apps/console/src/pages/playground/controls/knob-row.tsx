import { CloseButton } from "@mantine/core";
import { useId } from "react";
import type { Knob } from "../knobs.ts";
import { ChoiceControl, ChoicesControl, FlagControl } from "./choice-controls.tsx";
import { ColorControl, TintControl } from "./color-controls.tsx";
import type { ControlProps } from "./control.ts";
import classes from "./controls.module.css";
import { GravityControl } from "./gravity-control.tsx";
import { NumberControl } from "./number-control.tsx";
import { TextControl } from "./text-control.tsx";

const RATIOS = ["1:1", "4:3", "3:2", "16:9", "21:9", "3:4"];
const LARGEST_ANGLE = 359;

export interface KnobRowProps {
  readonly knob: Knob;
  readonly value: string | undefined;
  readonly turned: (text: string | undefined) => void;
  readonly reach?: number | undefined;
}

/** One parameter: what it is called, on the wire too, what it does, and the control for its kind of value. */
export function KnobRow({ knob, value, turned, reach }: KnobRowProps) {
  const id = useId();
  const props = { knob, value, turned, reach, labelId: `${id}-label`, describedBy: `${id}-words` };
  return (
    <div className={classes.row} data-set={value !== undefined || undefined}>
      <div className={classes.head}>
        <span id={props.labelId} className={classes.label}>
          {knob.label} <code className={classes.name}>{knob.name}</code>
        </span>
        {value !== undefined && (
          <CloseButton size="sm" aria-label={`Take ${knob.label} away`} onClick={() => turned(undefined)} />
        )}
      </div>
      <Control {...props} />
      <p id={props.describedBy} className={classes.words}>
        {knob.parameter.summary}
      </p>
    </div>
  );
}

function Control(props: ControlProps) {
  const { form } = props.knob;
  switch (form.kind) {
    case "number":
      return <NumberControl {...props} range={form} />;
    case "angle":
      return <NumberControl {...props} range={{ min: 0, max: LARGEST_ANGLE, digits: 2 }} />;
    case "flag":
      return <FlagControl {...props} />;
    case "choice":
      return <ChoiceControl {...props} choices={form.choices} />;
    case "choices":
      return <ChoicesControl {...props} choices={form.choices} />;
    case "color":
      return <ColorControl {...props} auto={form.auto} />;
    case "tint":
      return <TintControl {...props} colors={1} />;
    case "duotone":
      return <TintControl {...props} colors={2} />;
    case "gravity":
      return <GravityControl {...props} choices={form.choices} />;
    case "ratio":
      return <TextControl {...props} offers={RATIOS} />;
    case "point":
    case "radii":
    case "lengths":
    case "fontsize":
    case "text":
    case "address":
      return <TextControl {...props} />;
  }
}
