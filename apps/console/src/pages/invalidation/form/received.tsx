import { Link } from "react-router";
import { path } from "../../../api/call.ts";
import { EntryStatus } from "../entry-status.tsx";
import { useEntry } from "../journal.ts";
import classes from "./form.module.css";

export interface ReceivedProps {
  readonly project: string;
  readonly uuid: string;
}

/** What becomes of what was just sent. */
export function Received({ project, uuid }: ReceivedProps) {
  const entry = useEntry(project, uuid).data?.invalidation;
  return (
    <p role="status" className={classes.received}>
      Received. {entry && <EntryStatus entry={entry} />}{" "}
      <Link to={path`/p/${project}/invalidation/${uuid}`}>See what becomes of it</Link>
    </p>
  );
}
