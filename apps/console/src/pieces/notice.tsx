import type { ReactNode } from "react";
import { KINDS, type Kind } from "./kind.ts";
import classes from "./notice.module.css";

export interface NoticeProps {
  readonly kind: Kind;
  readonly title: string;
  readonly children?: ReactNode;
}

/** Something that has to be said in the page. What went wrong is read out at once. */
export function Notice({ kind, title, children }: NoticeProps) {
  return (
    <div className={classes.notice} style={KINDS[kind]} role={kind === "bad" ? "alert" : undefined}>
      <p className={classes.title}>{title}</p>
      {children}
    </div>
  );
}
