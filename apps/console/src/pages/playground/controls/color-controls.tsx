import { Button, ColorInput, Slider } from "@mantine/core";
import type { ControlProps } from "./control.ts";
import classes from "./controls.module.css";

/** As the wire writes colours: six hex digits without a sign before them. */
const written = (color: string) => color.replace(/^#/, "");
const shown = (color: string | undefined) =>
  color !== undefined && /^[0-9a-f]{6}$/i.test(color) ? `#${color}` : "";

interface OneColorProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly picked: (color: string | undefined) => void;
  readonly describedBy: string;
}

function OneColor({ name, value, picked, describedBy }: OneColorProps) {
  return (
    <ColorInput
      size="xs"
      className={classes.grow ?? ""}
      format="hex"
      value={shown(value)}
      placeholder="ff8800"
      onChange={(color) => {
        if (color === "") picked(undefined);
        else if (/^#[0-9a-f]{6}$/i.test(color)) picked(written(color));
      }}
      aria-label={name}
      aria-describedby={describedBy}
      eyeDropperButtonProps={{ "aria-label": "Pick a colour from the screen" }}
    />
  );
}

/** A colour; where the wire has a word for the picture's own one, that too. */
export function ColorControl({
  knob,
  value,
  turned,
  describedBy,
  auto,
}: ControlProps & { readonly auto: boolean }) {
  return (
    <div className={classes.pair}>
      <OneColor name={knob.label} value={value} picked={turned} describedBy={describedBy} />
      {auto && (
        <Button
          size="xs"
          variant={value === "auto" ? "filled" : "default"}
          aria-pressed={value === "auto"}
          onClick={() => turned(value === "auto" ? undefined : "auto")}
        >
          auto
        </Button>
      )}
    </div>
  );
}

/** One or two colours and how strongly they are laid over the picture. */
export function TintControl({
  knob,
  value,
  turned,
  describedBy,
  colors,
}: ControlProps & { readonly colors: 1 | 2 }) {
  const parts = value?.split(",") ?? [];
  const names = colors === 1 ? [knob.label] : [`${knob.label}: dark`, `${knob.label}: light`];
  const opacity = Number(parts[colors] ?? (colors === 1 ? 0.5 : 1));
  const given = names.map((_, at) => parts[at] ?? (at === 0 ? "000000" : "ffffff"));
  const write = (next: readonly string[], over: number) => turned([...next, String(over)].join(","));
  return (
    <div className={classes.stack}>
      <div className={classes.pair}>
        {names.map((name, at) => (
          <OneColor
            key={name}
            name={name}
            value={parts[at]}
            describedBy={describedBy}
            picked={(color) =>
              color === undefined ? turned(undefined) : write(given.with(at, color), opacity)
            }
          />
        ))}
      </div>
      <Slider
        size="sm"
        min={0}
        max={1}
        step={0.01}
        label={null}
        value={opacity}
        disabled={value === undefined}
        onChange={(over) => write(given, over)}
        thumbProps={{ "aria-label": `${knob.label}: opacity` }}
      />
    </div>
  );
}
