import { DateTime } from "../../../pieces/date-time.tsx";
import { CauseText } from "../cause.tsx";
import { EntryStatus } from "../entry-status.tsx";
import { scopeWord } from "../named.ts";
import classes from "./log.module.css";
import type { LogTableProps } from "./log-table.tsx";
import { Id, Links, Retry, type RowProps, What } from "./row-parts.tsx";

/** The same where there is room for one column alone. */
export function LogCards({ project, entries, open, toggled }: LogTableProps) {
  return (
    <ul className={classes.cards} aria-label="Invalidation log">
      {entries.map((entry) => (
        <Card
          key={entry.uuid}
          project={project}
          entry={entry}
          isOpen={open.has(entry.uuid)}
          toggled={() => toggled(entry.uuid)}
        />
      ))}
    </ul>
  );
}

function Card(props: RowProps) {
  const { project, entry, isOpen } = props;
  return (
    <li className={classes.card}>
      <div className={classes.cardHead}>
        <EntryStatus entry={entry} />
        <Retry project={project} entry={entry} />
      </div>
      <div className={classes.cardWhat}>
        <span className={classes.scope}>{scopeWord(entry)}</span> <What {...props} />
      </div>
      {isOpen && <Links project={project} entry={entry} />}
      <div className={classes.small}>
        <DateTime at={entry.added_at} />
      </div>
      <div className={classes.cardHead}>
        <span className={classes.small}>
          <CauseText project={project} cause={entry.cause} />
        </span>
        <Id project={project} entry={entry} />
      </div>
    </li>
  );
}
