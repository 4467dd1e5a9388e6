import type { ProbeSample } from "@freshet/core";
import { StatusBadge } from "../../../pieces/status-badge.tsx";
import { TableBox } from "../../../pieces/table-box.tsx";
import classes from "./details.module.css";

const CACHE = {
  hit: "from its cache",
  miss: "fetched anew",
  pass: "passed on",
  unknown: "not said",
} as const;

export interface SampleTableProps {
  readonly samples: readonly ProbeSample[];
  readonly sequence: number;
}

/** The last answers of each node to delivery URLs, as a visitor would have got them. */
export function SampleTable({ samples, sequence }: SampleTableProps) {
  return (
    <TableBox name="What the nodes served">
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">Asked for</th>
          <th scope="col">Status</th>
          <th scope="col">Made under</th>
          <th scope="col">Judgement</th>
          <th scope="col">Cache</th>
        </tr>
      </thead>
      <tbody>
        {samples.map(({ node, path, status, stamp, cache }, at) => (
          // A node may be asked for the same twice.
          // biome-ignore lint/suspicious/noArrayIndexKey: the samples of one entry stay in their order.
          <tr key={at}>
            <td className={classes.node}>
              <code>{node}</code>
            </td>
            <td className={classes.reason}>
              <code>{path}</code>
            </td>
            <td>{status}</td>
            <td>{stamp === null ? "no number" : stamp.toLocaleString()}</td>
            <td>
              {stamp === null ? (
                <StatusBadge kind="idle">Says nothing</StatusBadge>
              ) : stamp >= sequence ? (
                <StatusBadge kind="good">Fresh</StatusBadge>
              ) : (
                <StatusBadge kind="bad">Old</StatusBadge>
              )}
            </td>
            <td>{CACHE[cache] ?? cache}</td>
          </tr>
        ))}
      </tbody>
    </TableBox>
  );
}
