import { Button } from "@contentful/f36-button";
import { Note } from "@contentful/f36-note";
import { useEffect } from "react";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { StateBadge } from "../shared/state-badge.tsx";
import { timeText } from "../shared/texts.ts";
import { useLoad } from "../shared/use-load.ts";
import { useWork } from "../shared/use-work.ts";
import { Waiting } from "../shared/waiting.tsx";

const EVERY_MS = 2_000;

/** Compares what is delivered with what Contentful publishes, and finds what no event told of. */
export function ComparisonTab() {
  const { calls, status } = useApp();
  const { value, problem, reload } = useLoad("comparison", calls.comparison);
  const work = useWork();
  const state = value?.comparison?.state;
  const isUnderWay = state === "running" || state === "wanted";
  useEffect(() => {
    if (!isUnderWay) return;
    const timer = setInterval(() => void reload(), EVERY_MS);
    return () => clearInterval(timer);
  }, [isUnderWay, reload]);
  const compare = () =>
    work.start("compare", async () => {
      await calls.compare();
      await reload();
      return undefined;
    });
  const comparison = value?.comparison;
  return (
    <>
      <p>
        Everything that {status.environment.delivered} publishes is read once, and each difference becomes an
        event in the log. This is done every day, and whenever the connector was away for long.
      </p>
      {problem && <ProblemNote problem={problem} again={() => void reload()} />}
      {value === undefined && !problem && <Waiting what="Asking …" />}
      {value && !comparison && <p className="quiet">Nothing was compared yet.</p>}
      {comparison && (
        <dl className="facts" aria-live="polite">
          <dt>State</dt>
          <dd>
            <StateBadge state={comparison.state} />
          </dd>
          <dt>Begun</dt>
          <dd>{timeText(comparison.begun_at)}</dd>
          <dt>Ended</dt>
          <dd>{timeText(comparison.ended_at)}</dd>
          <dt>Assets seen</dt>
          <dd>{comparison.seen}</dd>
          <dt>Differences</dt>
          <dd>{comparison.differences}</dd>
        </dl>
      )}
      {value?.error && (
        <Note variant="negative" title="The last comparison was not finished" className="gap-below">
          <span className="wrap">{value.error}</span>
        </Note>
      )}
      {!status.can_compare && (
        <Note variant="warning" className="gap-below">
          The connector has no private key of the app, so nothing can be compared.
        </Note>
      )}
      {status.can.administer ? (
        <Button
          variant="primary"
          isLoading={work.running !== undefined || isUnderWay}
          isDisabled={!status.can_compare || work.running !== undefined || isUnderWay}
          onClick={compare}
        >
          Compare now
        </Button>
      ) : (
        <p className="quiet">Administrators of the space can compare at any time.</p>
      )}
      {work.problem && <ProblemNote problem={work.problem} />}
    </>
  );
}
