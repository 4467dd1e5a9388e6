import { Button, Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { apiErrorOf } from "../api/error.ts";
import { Notice } from "./notice.tsx";
import { PageHead } from "./page-head.tsx";
import classes from "./states.module.css";

/** Something is on its way. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <div className={classes.state} role="status">
      <Loader size="sm" aria-hidden="true" />
      {what} …
    </div>
  );
}

/** There is nothing yet: what would be here, and how it comes here. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className={classes.state}>
      <p className={classes.title}>{title}</p>
      {children}
    </div>
  );
}

export interface ProblemProps {
  readonly error: unknown;
  /** What to try again; absent where it makes no sense. */
  readonly again?: () => void;
  /** Whether it is all that there is to see. */
  readonly isAlone?: boolean;
}

/** What went wrong: the API's sentence, its code, and the fields it names. */
export function Problem({ error, again, isAlone = false }: ProblemProps) {
  const { message, code, faults } = apiErrorOf(error);
  const notice = (
    <Notice kind="bad" title={message}>
      {faults.length > 0 && (
        <ul>
          {faults.map(({ pointer, sentence }) => (
            <li key={pointer + sentence}>
              <code>{pointer}</code>: {sentence}
            </li>
          ))}
        </ul>
      )}
      <p>
        <code>{code}</code>
      </p>
      {again && (
        <Button variant="default" size="xs" onClick={again}>
          Try again
        </Button>
      )}
    </Notice>
  );
  return isAlone ? <main className={classes.alone}>{notice}</main> : notice;
}

/** Whoever looks may not see this. */
export function NoRights() {
  return (
    <>
      <PageHead title="Not yours to see" />
      <Empty title="Your rights do not reach this page.">
        <p>An administrator of the installation can give you more under Users.</p>
        <Link to="/">To the overview</Link>
      </Empty>
    </>
  );
}

/** No page has this address. */
export function NotHere() {
  return (
    <>
      <PageHead title="Nothing here" />
      <Empty title="The console has no page at this address.">
        <Link to="/">To the overview</Link>
      </Empty>
    </>
  );
}

/**
 * The state of something that is read, where it is not there: on its way, or refused; undefined once it is there. Whoever may see it no
 * longer sees nothing from before; what only failed is shown as it was.
 */
export function stateOf(
  query: { readonly isPending: boolean; readonly error: unknown; readonly data: unknown; refetch(): unknown },
  what: string,
): ReactNode | undefined {
  const { status } = query.error === null ? { status: undefined } : apiErrorOf(query.error);
  const isRefused = status === 401 || status === 403;
  if (query.data !== undefined && !isRefused) return undefined;
  if (query.isPending) return <Waiting what={what} />;
  return <Problem error={query.error} again={() => void query.refetch()} />;
}
