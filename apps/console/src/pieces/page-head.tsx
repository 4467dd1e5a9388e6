import { type ReactNode, useRef } from "react";
import { useArrival } from "../shell/arrival.ts";
import classes from "./page-head.module.css";

export interface PageHeadProps {
  /** Of the page and of the document. */
  readonly title: string;
  /** One or two sentences: what the page is for. */
  readonly lead?: ReactNode;
  /** Buttons that concern the whole page. */
  readonly actions?: ReactNode;
}

/** The head of every page; whoever arrives is led here. */
export function PageHead({ title, lead, actions }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useArrival(heading, title);
  return (
    <div className={classes.head}>
      <div className={classes.words}>
        <h1 ref={heading} tabIndex={-1} className={classes.title}>
          {title}
        </h1>
        {lead !== undefined && <p className={classes.lead}>{lead}</p>}
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
