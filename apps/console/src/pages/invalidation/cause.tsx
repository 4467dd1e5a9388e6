import type { InvalidationEntry } from "@freshet/core";
import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { path } from "../../api/call.ts";
import { safeLink } from "./named.ts";
import { causeWord } from "./words.ts";

export interface CauseProps {
  readonly project: string;
  readonly cause: InvalidationEntry["cause"];
}

/** What led to an invalidation, with the way to it: the page in the CMS, the connector's event, or the entry before. */
export function CauseText({ project, cause: { kind, id, link } }: CauseProps) {
  const page = safeLink(link);
  const name = causeWord(kind);
  if (page !== undefined) {
    return (
      <Anchor href={page} target="_blank" rel="noreferrer noopener" inherit>
        {name}
        {id !== undefined && ` ${id}`} <span aria-hidden="true">↗</span>
        <span className="unseen"> (opens a new tab)</span>
      </Anchor>
    );
  }
  if (kind === "recheck" && id !== undefined) {
    return (
      <>
        Recheck of <Link to={path`/p/${project}/invalidation/${id}`}>{id.slice(0, 8)}</Link>
      </>
    );
  }
  return (
    <>
      {name}
      {id !== undefined && ` ${id}`}
    </>
  );
}
