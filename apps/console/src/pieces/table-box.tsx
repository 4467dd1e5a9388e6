import type { ReactNode } from "react";
import classes from "./table-box.module.css";

/** A table that may be wider than the page: it is pushed aside by itself, by the keyboard too. */
export function TableBox({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
    <section className={classes.box} aria-label={name} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}
