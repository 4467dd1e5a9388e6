import { Table } from "@contentful/f36-table";
import type { EventLine } from "../api/shapes.ts";
import { ScrollBox } from "../shared/scroll-box.tsx";
import { StateBadge } from "../shared/state-badge.tsx";
import { timeText } from "../shared/texts.ts";

const CAME_BY: Readonly<Record<EventLine["came_by"], string>> = {
  event: "event",
  comparison: "comparison",
  editor: "editor",
};

/** Lines of the event log: what came in, what was done about it, and why. */
export function EventTable({
  events,
  label,
}: {
  readonly events: readonly EventLine[];
  readonly label: string;
}) {
  return (
    <ScrollBox label={label}>
      <Table>
        <Table.Head>
          <Table.Row>
            <Table.Cell>Time</Table.Cell>
            <Table.Cell>Event</Table.Cell>
            <Table.Cell>About</Table.Cell>
            <Table.Cell>State</Table.Cell>
            <Table.Cell>What was done, and why</Table.Cell>
          </Table.Row>
        </Table.Head>
        <Table.Body>
          {events.map((line) => (
            <Table.Row key={line.event}>
              <Table.Cell className="narrow">{timeText(line.received_at)}</Table.Cell>
              <Table.Cell>
                {line.topic}
                <div className="quiet">by {CAME_BY[line.came_by]}</div>
              </Table.Cell>
              <Table.Cell className="wrap">{line.subject}</Table.Cell>
              <Table.Cell>
                <StateBadge state={line.state} />
              </Table.Cell>
              <Table.Cell className="wrap">
                {line.reason}
                {line.invalidations.length > 0 && (
                  <details className="quiet">
                    <summary>Invalidations</summary>
                    {line.invalidations.map((id) => (
                      <div key={id}>{id}</div>
                    ))}
                  </details>
                )}
              </Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table>
    </ScrollBox>
  );
}
