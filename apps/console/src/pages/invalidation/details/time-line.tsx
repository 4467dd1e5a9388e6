import { INVALIDATION_STATUSES, type InvalidationEntry } from "@freshet/core";
import { writeSpan } from "../span.ts";
import { hasEnded, hasFailed, STATUS_SENTENCES, STATUS_WORDS } from "../words.ts";
import classes from "./details.module.css";
import { TargetTable } from "./target-table.tsx";

type Stage = InvalidationEntry["stages"][number];

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  timeZoneName: "short",
});

/** The stages with their times, and every instance and node in them. What is still to come is shown too. */
export function TimeLine({ entry }: { readonly entry: InvalidationEntry }) {
  const { stages, status } = entry;
  const reached = new Set(stages.map((stage) => stage.status));
  const last = INVALIDATION_STATUSES.indexOf(status);
  const coming = hasEnded(status)
    ? []
    : INVALIDATION_STATUSES.slice(last + 1).filter((each) => !reached.has(each) && !hasFailed(each));
  return (
    <section aria-labelledby="stages" className={classes.section}>
      <h2 id="stages" className={classes.title}>
        Stages
      </h2>
      <ol className={classes.timeLine}>
        {stages.map((stage, at) => (
          <li
            key={stage.status}
            className={classes.stage}
            data-kind={kindOf(stage, at === stages.length - 1)}
          >
            <div className={classes.stageHead}>
              <strong>{STATUS_WORDS[stage.status]}</strong>
              <span className={classes.dim}>
                <time dateTime={stage.at}>{CLOCK.format(new Date(stage.at))}</time>
                {at > 0 && ` · after ${writeSpan(stages[at - 1]?.at, stage.at)}`}
              </span>
            </div>
            <p className={classes.dim}>{STATUS_SENTENCES[stage.status]}</p>
            {stage.widened && <Widened widened={stage.widened} />}
            {stage.targets.length > 0 && (
              <TargetTable
                targets={stage.targets}
                isOfInstances={stage.status === "FLUSHINGCLOUDIMAGESERVER"}
              />
            )}
          </li>
        ))}
        {coming.map((each) => (
          <li key={each} className={classes.stage} data-kind="coming">
            <div className={classes.stageHead}>
              <span className={classes.dim}>{STATUS_WORDS[each]}</span>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function kindOf({ status, targets }: Stage, isLast: boolean): string {
  if (hasFailed(status) || targets.some((target) => target.status === "failed")) return "bad";
  return isLast && !hasEnded(status) ? "busy" : "good";
}

/** Where more is covered than was asked for. */
function Widened({ widened }: { readonly widened: NonNullable<Stage["widened"]> }) {
  return (
    <ul className={classes.widened}>
      {widened.map(({ asked, covered }) => (
        <li key={asked + covered}>
          More than <code>{asked}</code> is covered here: <code>{covered}</code>
        </li>
      ))}
    </ul>
  );
}
