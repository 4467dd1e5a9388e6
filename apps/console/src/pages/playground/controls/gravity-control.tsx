import { NumberInput, Select } from "@mantine/core";
import { pointOf, writePoint } from "../focal-point.ts";
import type { ControlProps } from "./control.ts";
import classes from "./controls.module.css";

const POINT = "a point";

/** A word, or a point in percent; the picture itself takes clicks and arrow keys for it. */
export function GravityControl({
  knob,
  value,
  turned,
  labelId,
  describedBy,
  choices,
}: ControlProps & { readonly choices: readonly string[] }) {
  const point = pointOf(value);
  const isPoint = value !== undefined && !choices.includes(value);
  const side = (name: string, at: "x" | "y") => (
    <NumberInput
      size="xs"
      min={0}
      max={100}
      step={1}
      decimalScale={1}
      suffix="%"
      aria-label={`${knob.label}: ${name}`}
      value={point ? point[at] : ""}
      onChange={(next) => {
        const { x, y } = point ?? { x: 50, y: 50 };
        const number = Number(next);
        if (next !== "" && Number.isFinite(number)) turned(writePoint({ x, y, [at]: number }));
      }}
    />
  );
  return (
    <div className={classes.stack}>
      <Select
        size="xs"
        data={[...choices, POINT]}
        value={isPoint ? POINT : (value ?? null)}
        placeholder={knob.parameter.neutral ?? "not set"}
        onChange={(next) => turned(next === POINT ? writePoint({ x: 50, y: 50 }) : (next ?? undefined))}
        clearable
        clearButtonProps={{ "aria-label": `Take ${knob.label} away` }}
        aria-labelledby={labelId}
        aria-describedby={describedBy}
      />
      {isPoint && (
        <div className={classes.pair}>
          {side("across", "x")}
          {side("down", "y")}
        </div>
      )}
      {isPoint && !point && <code>{value}</code>}
    </div>
  );
}
