import { Anchor, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { path } from "../../api/call.ts";
import { usePages } from "../../api/hooks.ts";
import { DateTime } from "../../pieces/date-time.tsx";
import { Pager } from "../../pieces/pager.tsx";
import { Empty, Problem, stateOf } from "../../pieces/states.tsx";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import classes from "./connectors.module.css";
import { type ConnectorEvent, EVENT_STATES } from "./shapes.ts";
import { sayEvent, sayWay, webLink } from "./words.ts";

const PAGE = 25;
const OFTEN_MS = 5_000;

/** Every event that came in, newest first: what became of it and why. */
export function EventLog({ project, id }: { readonly project: string; readonly id: string }) {
  const [state, setState] = useState("");
  const [site, setSite] = useState("");
  const [before, setBefore] = useState("");
  const until = momentOf(before);
  const pages = usePages<ConnectorEvent>(path`/connectors/${id}/events`, "events", {
    query: { project, state, site: site.trim(), before: until, limit: PAGE },
    everyMs: OFTEN_MS,
  });
  const isFiltered = state !== "" || site !== "" || until !== undefined;
  return (
    <section className={classes.part} aria-labelledby="events">
      <div className={classes.head}>
        <h2 id="events">Events</h2>
      </div>
      <div className={classes.filters}>
        <NativeSelect
          size="xs"
          label="State"
          value={state}
          onChange={(event) => setState(event.currentTarget.value)}
          data={[
            { value: "", label: "Every state" },
            ...EVENT_STATES.map((value) => ({ value, label: sayEvent(value).word })),
          ]}
        />
        <TextInput
          size="xs"
          label="Site"
          placeholder="every site"
          value={site}
          onChange={(event) => setSite(event.currentTarget.value)}
          autoComplete="off"
        />
        <TextInput
          size="xs"
          type="datetime-local"
          label="Before"
          value={before}
          onChange={(event) => setBefore(event.currentTarget.value)}
        />
      </div>
      {pages.query.data !== undefined && pages.query.error && (
        <Problem error={pages.query.error} again={() => void pages.query.refetch()} />
      )}
      {stateOf(pages.query, "Asking the connector for its events") ??
        (pages.items.length === 0 ? (
          <Empty title={isFiltered ? "No event is like that." : "No event has come in yet."}>
            <p>Finished events are kept for 90 days.</p>
          </Empty>
        ) : (
          <>
            <TableBox name="Events">
              <thead>
                <tr>
                  <th scope="col">Came in</th>
                  <th scope="col">Event</th>
                  <th scope="col">State</th>
                  <th scope="col">Why</th>
                  <th scope="col">See</th>
                </tr>
              </thead>
              <tbody>
                {pages.items.map((event) => (
                  <Row key={`${event.site} ${event.event}`} project={project} event={event} />
                ))}
              </tbody>
            </TableBox>
            <Pager pages={pages} what="events" />
          </>
        ))}
    </section>
  );
}

function Row({ project, event }: { readonly project: string; readonly event: ConnectorEvent }) {
  const { kind, word, sentence } = sayEvent(event.state);
  const link = webLink(event.link);
  return (
    <tr>
      <td className={classes.when}>
        <DateTime at={event.received_at} />
      </td>
      <td className={classes.event}>
        {event.subject !== undefined && <div>{event.subject}</div>}
        <code>{event.event}</code>
        <div className={classes.sentence}>
          {event.site}, {sayWay(event.via)}
        </div>
      </td>
      <td>
        <StatusBadge kind={kind}>{word}</StatusBadge>
      </td>
      <td className={classes.why}>{event.remark ?? sentence}</td>
      <td>
        <div className={classes.links}>
          {[...new Set(event.invalidations)].map((uuid, at) => (
            <Anchor key={uuid} component={Link} to={path`/p/${project}/invalidation/${uuid}`} size="sm">
              {at === 0 ? "Invalidation" : `Invalidation ${at + 1}`}
            </Anchor>
          ))}
          {link !== undefined && (
            <Anchor href={link} target="_blank" rel="noreferrer" size="sm">
              In the CMS
            </Anchor>
          )}
          {event.invalidations.length === 0 && link === undefined && "–"}
        </div>
      </td>
    </tr>
  );
}

/** What a field of the browser says in the reader's own zone, as the API takes it. */
function momentOf(local: string): string | undefined {
  const time = new Date(local);
  return local === "" || Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
