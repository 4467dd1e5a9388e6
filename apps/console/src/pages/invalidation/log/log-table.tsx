import type { InvalidationEntry } from "@freshet/core";
import { Fragment } from "react";
import { DateTime } from "../../../pieces/date-time.tsx";
import { TableBox } from "../../../pieces/table-box.tsx";
import { CauseText } from "../cause.tsx";
import { EntryStatus } from "../entry-status.tsx";
import { scopeWord } from "../named.ts";
import classes from "./log.module.css";
import { Id, Links, Retry, type RowProps, What } from "./row-parts.tsx";

export interface LogTableProps {
  readonly project: string;
  readonly entries: readonly InvalidationEntry[];
  /** Ids of those whose links are shown. */
  readonly open: ReadonlySet<string>;
  readonly toggled: (uuid: string) => void;
}

const COLUMNS = ["Status", "Scope", "Invalidation path", "Date", "Cause", "Invalidation ID"] as const;

/** The log where there is room for columns. */
export function LogTable({ project, entries, open, toggled }: LogTableProps) {
  return (
    <TableBox name="Entries of the log">
      <thead>
        <tr>
          {COLUMNS.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
          <th scope="col">
            <span className="unseen">Retry</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row
            key={entry.uuid}
            project={project}
            entry={entry}
            isOpen={open.has(entry.uuid)}
            toggled={() => toggled(entry.uuid)}
          />
        ))}
      </tbody>
    </TableBox>
  );
}

function Row(props: RowProps) {
  const { project, entry, isOpen } = props;
  return (
    <Fragment>
      <tr>
        <td>
          <EntryStatus entry={entry} />
        </td>
        <td>{scopeWord(entry)}</td>
        <td className={classes.what}>
          <What {...props} />
        </td>
        <td className={classes.date}>
          <DateTime at={entry.added_at} />
        </td>
        <td className={classes.cause}>
          <CauseText project={project} cause={entry.cause} />
        </td>
        <td>
          <Id project={project} entry={entry} />
        </td>
        <td>
          <Retry project={project} entry={entry} />
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={COLUMNS.length + 1}>
            <Links project={project} entry={entry} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}
