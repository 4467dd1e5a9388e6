import { Button } from "@mantine/core";
import { type CSSProperties, useState } from "react";
import { Link } from "react-router";
import { path } from "../../api/call.ts";
import { useGet, useSend } from "../../api/hooks.ts";
import { useMay } from "../../api/session.ts";
import { ConfirmDialog } from "../../pieces/confirm-dialog.tsx";
import { DateTime } from "../../pieces/date-time.tsx";
import { Figures } from "../../pieces/figures.tsx";
import { KINDS } from "../../pieces/kind.ts";
import { PageHead } from "../../pieces/page-head.tsx";
import { say } from "../../pieces/say.tsx";
import { stateOf } from "../../pieces/states.tsx";
import { whoOf } from "../../pieces/who.ts";
import { useNamedProject } from "../../shell/place.ts";
import { OUTCOME_WORDS, StateBadge } from "./outcome-badge.tsx";
import { allOf, endedOf, OUTCOMES, type WarmUp } from "./shapes.ts";
import { UrlTable } from "./url-table.tsx";
import classes from "./warm-up.module.css";
import { writeBytes, writeSpan } from "./words.ts";

const LOOK_MS = 1_000;

/** One warm-up: how far it is, what became of each URL, and its end. */
export function WarmUpPage({ id }: { readonly id: string }) {
  const project = useNamedProject() ?? "";
  const where = path`/warmup/${id}`;
  const [isRunning, setRunning] = useState(true);
  const query = useGet<{ readonly warmup: WarmUp }>(where, {
    query: { project },
    everyMs: isRunning ? LOOK_MS : undefined,
  });
  const warmUp = query.data?.warmup;
  if (warmUp && (warmUp.state === "running") !== isRunning) setRunning(warmUp.state === "running");
  const back = `/p/${encodeURIComponent(project)}/warmup`;
  return (
    <>
      <PageHead
        title="One warm-up"
        lead={<Link to={back}>All warm-ups</Link>}
        actions={warmUp?.state === "running" && <Stop where={where} project={project} />}
      />
      {stateOf(query, "Asking how far it is")}
      {warmUp && (
        <>
          <Progress warmUp={warmUp} />
          <UrlTable where={`${where}/urls`} project={project} warmUp={warmUp} isRunning={isRunning} />
        </>
      )}
    </>
  );
}

function Progress({ warmUp }: { readonly warmUp: WarmUp }) {
  const {
    state,
    desc,
    added_by,
    added_at,
    ended_at,
    urls,
    answers,
    bytes,
    rate,
    seconds_left: left,
  } = warmUp;
  const [all, ended] = [allOf(warmUp), endedOf(warmUp)];
  const figures = [
    ["URLs worked off", `${ended.toLocaleString()} of ${all.toLocaleString()}`],
    ...(state === "running"
      ? [
          ["URLs a second", (rate ?? 0).toLocaleString(undefined, { maximumFractionDigits: 1 })],
          ["Time left", typeof left === "number" ? `about ${writeSpan(left)}` : "not known yet"],
        ]
      : []),
    ["Warm answers", answers.toLocaleString()],
    ["Their bytes", writeBytes(bytes)],
  ] as const;
  return (
    <>
      <p>
        <StateBadge warmUp={warmUp} /> {desc}
      </p>
      <p className={classes.dim}>
        Sent <DateTime at={added_at} /> by {whoOf(added_by)}
        {ended_at !== null && (
          <>
            , ended <DateTime at={ended_at} />
          </>
        )}
        .
      </p>
      <div
        className={classes.bar}
        role="progressbar"
        aria-label="URLs worked off"
        aria-valuemin={0}
        aria-valuemax={all}
        aria-valuenow={ended}
      >
        {OUTCOMES.filter((each) => each !== "waiting" && urls[each] > 0).map((each) => (
          <span
            key={each}
            style={{ ...KINDS[OUTCOME_WORDS[each].kind], "--share": urls[each] } as CSSProperties}
          />
        ))}
        {urls.waiting > 0 && (
          <span style={{ "--share": urls.waiting, "--colour": "transparent" } as CSSProperties} />
        )}
      </div>
      <Figures figures={figures.map(([name, value]) => ({ name, value }))} />
    </>
  );
}

function Stop({ where, project }: { readonly where: string; readonly project: string }) {
  const [isAsking, setAsking] = useState(false);
  const stop = useSend(() => ({ method: "DELETE", where, query: { project } }), ["/warmup", where]);
  if (!useMay("write", project)) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Stop
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title="Stop this warm-up?"
        action="Stop the warm-up"
        isBusy={stop.isPending}
        error={stop.error}
        closed={() => {
          stop.reset();
          setAsking(false);
        }}
        confirmed={() =>
          stop.mutate(undefined, {
            onSuccess: () => {
              setAsking(false);
              say("The warm-up was stopped.");
            },
          })
        }
      >
        <p>What is warm stays so. What waits is not begun; send it again to go on.</p>
      </ConfirmDialog>
    </>
  );
}
