import { type ReactNode, useState } from "react";
import { TableBox } from "../../../pieces/table-box.tsx";
import classes from "./chart.module.css";

/** The figures of a drawing as a table, which is there once it is opened. */
export function FigureTable({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={classes.figures} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Figures<span className="unseen"> of {name}</span>
      </summary>
      {isOpen && (
        <div className={classes.table}>
          <TableBox name={name}>{children}</TableBox>
        </div>
      )}
    </details>
  );
}
