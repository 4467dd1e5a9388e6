import { type ReactNode, useLayoutEffect, useRef } from "react";
import classes from "./table-box.module.css";

/**
 * A table with one head row. Where it is wider than the page it is pushed aside by itself, by the keyboard too; on a narrow screen each
 * row becomes a list of its cells, each under the name of its column.
 */
export function TableBox({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const table = useRef<HTMLTableElement>(null);
  useLayoutEffect(() => {
    if (table.current) nameCells(table.current);
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fields are in it, and no landmark beside that of its part.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
    <div role="group" className={classes.box} aria-label={name} tabIndex={0}>
      <table ref={table}>{children}</table>
    </div>
  );
}

/** Writes to each cell what its column is called; the style sheet shows it where there are no columns. */
function nameCells({ tHead, tBodies }: HTMLTableElement): void {
  const names = [...(tHead?.rows[0]?.cells ?? [])].map(({ textContent }) => textContent.trim());
  for (const { rows } of tBodies)
    for (const { cells } of rows)
      for (const cell of cells) {
        const column = cell.colSpan > 1 ? "" : (names[cell.cellIndex] ?? "");
        if (column !== "" && cell.dataset.column !== column) cell.dataset.column = column;
      }
}
