import type { InvalidationEntry } from "@freshet/core";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import classes from "./entry.module.css";
import { progressOf } from "./steps.ts";
import { hasEnded, hasFailed, STATUS_WORDS } from "./words.ts";

/** Where an invalidation is, and how far in this stage. */
export function EntryStatus({ entry }: { readonly entry: Pick<InvalidationEntry, "status" | "stages"> }) {
  const { status } = entry;
  const { ended, all } = progressOf(entry);
  const kind = status === "DONE" ? "good" : hasFailed(status) ? "bad" : "busy";
  return (
    <span className={classes.status}>
      <StatusBadge kind={kind}>{STATUS_WORDS[status] ?? status}</StatusBadge>
      {!hasEnded(status) && all > 0 && (
        <span className={classes.progress}>
          {ended.toLocaleString()} of {all.toLocaleString()}
        </span>
      )}
    </span>
  );
}
