import { Button } from "@mantine/core";
import { Ago, DateTime } from "../../pieces/date-time.tsx";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import classes from "./access.module.css";
import { browserOf } from "./agent.ts";
import type { OpenSession } from "./shapes.ts";

export interface SessionTableProps {
  readonly sessions: readonly OpenSession[];
  readonly isBusy: boolean;
  readonly ended: (session: OpenSession) => void;
}

/** The browsers in which somebody is signed in. */
export function SessionTable({ sessions, isBusy, ended }: SessionTableProps) {
  return (
    <TableBox name="Sessions">
      <thead>
        <tr>
          <th scope="col">Browser</th>
          <th scope="col">From</th>
          <th scope="col">Used last</th>
          <th scope="col">Signed in</th>
          <th scope="col">
            <span className="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => {
          const browser = browserOf(session.agent);
          return (
            <tr key={session.id}>
              <td className={classes.wide} title={session.agent}>
                {browser} {session.is_current && <StatusBadge kind="good">this one</StatusBadge>}
              </td>
              <td>{session.address}</td>
              <td>
                <Ago at={session.seen_at} />
              </td>
              <td>
                <DateTime at={session.created_at} />
              </td>
              <td>
                {!session.is_current && (
                  <Button
                    variant="default"
                    size="xs"
                    disabled={isBusy}
                    aria-label={`End the session in ${browser} from ${session.address}`}
                    onClick={() => ended(session)}
                  >
                    End
                  </Button>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </TableBox>
  );
}
