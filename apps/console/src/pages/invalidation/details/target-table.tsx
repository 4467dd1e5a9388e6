import type { TargetOutcome } from "@freshet/core";
import { DateTime } from "../../../pieces/date-time.tsx";
import type { Kind } from "../../../pieces/kind.ts";
import { StatusBadge } from "../../../pieces/status-badge.tsx";
import { TableBox } from "../../../pieces/table-box.tsx";
import { PURGE_WORDS, TARGET_WORDS } from "../words.ts";
import classes from "./details.module.css";

const KIND: Readonly<Record<TargetOutcome["status"], Kind>> = {
  waiting: "busy",
  done: "good",
  failed: "bad",
  skipped: "warn",
};

export interface TargetTableProps {
  readonly targets: readonly TargetOutcome[];
  readonly isOfInstances: boolean;
}

/** How each instance or node stands: state, attempts and the reason. */
export function TargetTable({ targets, isOfInstances }: TargetTableProps) {
  return (
    <TableBox name={isOfInstances ? "Instances" : "Nodes"}>
      <thead>
        <tr>
          <th scope="col">{isOfInstances ? "Instance" : "Node"}</th>
          <th scope="col">State</th>
          <th scope="col">{isOfInstances ? "Behind by" : "Attempts"}</th>
          <th scope="col">Since</th>
          <th scope="col">Remarks</th>
        </tr>
      </thead>
      <tbody>
        {targets.map((target) => (
          <tr key={target.node}>
            <td className={classes.node}>
              <code>{target.node}</code>
            </td>
            <td>
              <StatusBadge kind={KIND[target.status] ?? "idle"}>
                {TARGET_WORDS[target.status] ?? target.status}
              </StatusBadge>
            </td>
            <td>{(isOfInstances ? (target.lag ?? 0) : target.attempts).toLocaleString()}</td>
            <td>{target.at === undefined ? "" : <DateTime at={target.at} />}</td>
            <td className={classes.reason}>{remarkOf(target)}</td>
          </tr>
        ))}
      </tbody>
    </TableBox>
  );
}

function remarkOf({ status, error, by }: TargetOutcome): string {
  if (error !== undefined) return error;
  if (status === "skipped")
    return "It did not answer in time, and answers nothing from its caches until it has caught up.";
  return by === undefined ? "" : `Purged ${PURGE_WORDS[by] ?? by}.`;
}
