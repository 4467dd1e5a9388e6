import { StatusBadge } from "../../pieces/status-badge.tsx";
import classes from "./entry.module.css";
import type { Live } from "./live.ts";

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Whether what is shown moves by itself, and of when it is. */
export function LiveMark({ live: { state, error }, at }: { readonly live: Live; readonly at: number }) {
  return (
    <span className={classes.live}>
      {state === "live" ? (
        <StatusBadge kind="good">Live</StatusBadge>
      ) : state === "connecting" ? (
        <StatusBadge kind="warn">Connecting</StatusBadge>
      ) : (
        <StatusBadge kind="idle">Not live{error && `: ${error.code}`}</StatusBadge>
      )}
      {at > 0 && <span className={classes.progress}>as of {CLOCK.format(at)}</span>}
    </span>
  );
}
