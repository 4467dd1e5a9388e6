import { NumberInput, Slider } from "@mantine/core";
import type { ControlProps } from "./control.ts";
import classes from "./controls.module.css";

interface Range {
  readonly min: number;
  readonly max: number;
  readonly digits: number;
}

/** A number by a slider and as digits. Sliders end where it is still worth turning; digits go as far as the wire does. */
export function NumberControl({
  knob,
  value,
  turned,
  labelId,
  describedBy,
  reach,
  range,
}: ControlProps & { readonly range: Range }) {
  const { min, max, digits } = range;
  const usual = Number(knob.parameter.neutral ?? min);
  const shown = value === undefined ? usual : Number(value);
  const end = Math.max(Math.min(max, reach ?? max), Number.isFinite(shown) ? Math.min(shown, max) : min);
  const step = stepOf(end - min, digits);
  const set = (next: number) => turned(String(Number(next.toFixed(digits))));
  return (
    <div className={classes.pair}>
      <Slider
        className={classes.grow ?? ""}
        size="sm"
        min={min}
        max={end}
        step={step}
        value={Number.isFinite(shown) ? shown : min}
        onChange={set}
        label={null}
        {...(value === undefined && { color: "gray" })}
        thumbProps={{ "aria-labelledby": labelId, "aria-describedby": describedBy }}
      />
      <NumberInput
        className={classes.digits ?? ""}
        size="xs"
        min={min}
        max={max}
        step={step}
        decimalScale={digits}
        clampBehavior="blur"
        value={value === undefined ? "" : Number(value)}
        onChange={(next) => turned(next === "" ? undefined : String(next))}
        aria-labelledby={labelId}
        aria-describedby={describedBy}
        hideControls
      />
    </div>
  );
}

function stepOf(range: number, digits: number): number {
  const finest = 10 ** -digits;
  if (range <= 1) return Math.max(finest, 0.01);
  return Math.max(finest, range <= 10 ? 0.1 : 1);
}
