import type { Cause } from "@freshet/core";
import { Link } from "react-router";
import { path } from "../../../api/call.ts";
import { useGet } from "../../../api/hooks.ts";
import classes from "./details.module.css";

/** Causes behind which there is no event of a connector. */
const WITHOUT = ["console", "api", "cli", "recheck", "settings", "state", "restore"];
/** Connectors of a project that are looked through; more of one kind are nobody's. */
const MOST = 100;

export interface ConnectorLinkProps {
  readonly project: string;
  readonly cause: Cause;
}

/** The way to the event log of the connectors that may have sent an event: it says why each event did what it did. */
export function ConnectorLink({ project, cause: { kind, id } }: ConnectorLinkProps) {
  const hasEvent = id !== undefined && !WITHOUT.includes(kind);
  const { data } = useGet<{ readonly connectors: readonly { readonly id: string; readonly kind: string }[] }>(
    hasEvent ? "/connectors" : undefined,
    { query: { project, limit: MOST } },
  );
  const senders = hasEvent ? (data?.connectors ?? []).filter((each) => each.kind === kind) : [];
  return senders.map((sender) => (
    <span key={sender.id} className={classes.sender}>
      Event <code>{id}</code> in the log of{" "}
      <Link to={path`/p/${project}/connectors/${sender.id}`}>connector {sender.id}</Link>
    </span>
  ));
}
