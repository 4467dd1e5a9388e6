import type { ReactNode } from "react";
import { PageHead } from "../../pieces/page-head.tsx";
import icon from "../../shell/icon.svg";
import classes from "./entrance.module.css";

/** The frame of pages for those who are not signed in. */
export function Entrance({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <main className={classes.entrance}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <img src={icon} alt="" />
          Freshet
        </div>
        <PageHead title={title} lead={lead} />
        {children}
      </div>
    </main>
  );
}
