import type { CSSProperties, ReactNode } from "react";
import classes from "./chart.module.css";
import type { Colour } from "./series.ts";

/** A bar of its share of the longest one, for beside a figure that says the same. */
export function Bar({ of, most, colour = "first" }: BarProps) {
  const share = most > 0 ? Math.max(0, Math.min(1, of / most)) : 0;
  return (
    <span className={classes.track} aria-hidden="true">
      <span className={classes.bar} data-colour={colour} style={{ "--share": share } as CSSProperties} />
    </span>
  );
}

export interface BarProps {
  readonly of: number;
  readonly most: number;
  readonly colour?: Colour;
}

/** A card around a table or other figures, with its title. */
export function Card(props: {
  readonly title: string;
  readonly unit?: ReactNode;
  readonly children: ReactNode;
}) {
  const { title, unit, children } = props;
  return (
    <section className={classes.chart}>
      <div className={classes.caption}>
        <h2 className={classes.title}>{title}</h2>
        {unit !== undefined && <span className={classes.unit}>{unit}</span>}
      </div>
      {children}
    </section>
  );
}

/** What a card says where it has nothing. */
export function Nothing({ children }: { readonly children: ReactNode }) {
  return <p className={classes.empty}>{children}</p>;
}
