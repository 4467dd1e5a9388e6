import type { ReactNode } from "react";
import classes from "./table-box.module.css";

/** A table that may be wider than the page: it is pushed aside by itself, by the keyboard too. */
export function TableBox({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fields are in it, and no landmark beside that of its part.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
    <div role="group" className={classes.box} aria-label={name} tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}
