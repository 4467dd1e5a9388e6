import { Button } from "@contentful/f36-button";
import { Note } from "@contentful/f36-note";
import type { Calls } from "../api/calls.ts";
import type { Status } from "../api/shapes.ts";
import { ProblemNote } from "../shared/problem-note.tsx";
import { StateBadge } from "../shared/state-badge.tsx";
import { count, timeText } from "../shared/texts.ts";
import { useLoad } from "../shared/use-load.ts";
import { Waiting } from "../shared/waiting.tsx";

const NAMES = { server: "Freshet server", contentful: "Contentful", events: "Events" } as const;

/** How everything stands right now: each part is asked. */
export function Health(props: { readonly calls: Calls; readonly status: Status; readonly base: string }) {
  const { calls, status, base } = props;
  const checks = useLoad("checks", calls.check);
  const { events, environment, project, assets } = status;
  return (
    <>
      {checks.problem && <ProblemNote problem={checks.problem} />}
      {checks.value === undefined && checks.isLoading && <Waiting what="Asking every part …" />}
      {checks.value && (
        <ul className="checks" aria-label="Checks">
          {checks.value.map(({ check, ok, sentence }) => (
            <li key={check}>
              <Note
                variant={ok ? "positive" : check === "events" ? "warning" : "negative"}
                title={NAMES[check]}
              >
                <span className="wrap">{sentence}</span>
              </Note>
            </li>
          ))}
        </ul>
      )}
      <Button size="small" isLoading={checks.isLoading} onClick={() => void checks.reload()}>
        Check again
      </Button>
      <dl className="facts">
        <dt>Project</dt>
        <dd>{project}</dd>
        <dt>Delivery</dt>
        <dd className="wrap">{status.endpoint}</dd>
        <dt>Events go to</dt>
        <dd className="wrap">
          {status.events_url.startsWith("/") ? base + status.events_url : status.events_url}
        </dd>
        <dt>Visitors see</dt>
        <dd>{environment.delivered}</dd>
        <dt>Known assets</dt>
        <dd>{count(assets.published ?? 0, "published asset")}</dd>
        <dt>Events so far</dt>
        <dd>
          {Object.entries(events.by_state).map(([state, number]) => (
            <span key={state} className="counted">
              {number} <StateBadge state={state} />
            </span>
          ))}
          {Object.keys(events.by_state).length === 0 && "none"}
        </dd>
        <dt>Last event</dt>
        <dd className="wrap">
          {events.last
            ? `${events.last.topic}, ${timeText(events.last.received_at)}. ${events.last.reason ?? ""}`
            : "none"}
        </dd>
        {events.waiting_since !== null && (
          <>
            <dt>Waiting</dt>
            <dd className="wrap">
              since {timeText(events.waiting_since)}. {events.waiting_for}
            </dd>
          </>
        )}
        <dt>Compared</dt>
        <dd className="wrap">
          {status.comparison
            ? `${status.comparison.state}, ${timeText(status.comparison.ended_at)}: ${count(status.comparison.differences, "difference")}`
            : "never"}
          {status.comparison_error !== null && ` ${status.comparison_error}`}
        </dd>
      </dl>
    </>
  );
}
