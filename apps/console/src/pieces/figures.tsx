import type { ReactNode } from "react";
import classes from "./figures.module.css";

export interface FigureTile {
  readonly name: string;
  readonly value: string;
  /** What it means, or how it came. */
  readonly more?: ReactNode;
}

/** Single figures at a glance. */
export function Figures({ figures }: { readonly figures: readonly FigureTile[] }) {
  return (
    <dl className={classes.figures}>
      {figures.map(({ name, value, more }) => (
        <div key={name} className={classes.figure}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {more !== undefined && <dd>{more}</dd>}
        </div>
      ))}
    </dl>
  );
}
