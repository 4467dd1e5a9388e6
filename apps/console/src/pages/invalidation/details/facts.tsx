import type { InvalidationEntry } from "@freshet/core";
import type { ReactNode } from "react";
import { DateTime } from "../../../pieces/date-time.tsx";
import { whoOf } from "../../../pieces/who.ts";
import { CauseText } from "../cause.tsx";
import { EntryStatus } from "../entry-status.tsx";
import { scopeWord } from "../named.ts";
import { writeSpan } from "../span.ts";
import { hasEnded, STATUS_SENTENCES } from "../words.ts";
import { ConnectorLink } from "./connector-link.tsx";
import classes from "./details.module.css";

export interface FactsProps {
  readonly project: string;
  readonly entry: InvalidationEntry;
}

/** What it is, why it was, who asked for it and when. */
export function Facts({ project, entry }: FactsProps) {
  const { cause, stages, attempt } = entry;
  const end = hasEnded(entry.status) ? stages.at(-1)?.at : undefined;
  return (
    <section aria-labelledby="facts" className={classes.section}>
      <h2 id="facts" className={classes.title}>
        What and why
      </h2>
      <dl className={classes.facts}>
        <Fact name="Status">
          <EntryStatus entry={entry} /> <span className={classes.dim}>{STATUS_SENTENCES[entry.status]}</span>
        </Fact>
        <Fact name="Cause">
          <CauseText project={project} cause={cause} />
          <ConnectorLink project={project} cause={cause} />
          {cause.note !== undefined && <q className={classes.note}>{cause.note}</q>}
        </Fact>
        <Fact name="Asked for by">
          {entry.requested_by
            ? whoOf(entry.requested_by)
            : "Nobody: Freshet itself, or before this was written down"}
        </Fact>
        <Fact name="Scope">{scopeWord(entry)}</Fact>
        <Fact name="Received">
          <DateTime at={entry.added_at} />
        </Fact>
        {end !== undefined && (
          <Fact name="Ended">
            <DateTime at={end} />
            {attempt === 1 && <span className={classes.dim}> · {writeSpan(stages[0]?.at, end)} later</span>}
          </Fact>
        )}
        <Fact name="Number in the journal">{entry.sequence.toLocaleString()}</Fact>
        <Fact name="Attempt">
          {attempt.toLocaleString()}
          {entry.retried_by && <span className={classes.dim}> · retried by {whoOf(entry.retried_by)}</span>}
        </Fact>
        <Fact name="Invalidation ID">
          <code>{entry.uuid}</code>
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
