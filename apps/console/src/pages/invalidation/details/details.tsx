import { Button } from "@mantine/core";
import { Link } from "react-router";
import { path } from "../../../api/call.ts";
import { CopyButton } from "../../../pieces/copy-button.tsx";
import { Notice } from "../../../pieces/notice.tsx";
import { PageHead } from "../../../pieces/page-head.tsx";
import { stateOf } from "../../../pieces/states.tsx";
import { useEntry } from "../journal.ts";
import { useLive } from "../live.ts";
import { LiveMark } from "../live-mark.tsx";
import { Retry } from "../log/row-parts.tsx";
import { hasEnded, hasFailed } from "../words.ts";
import classes from "./details.module.css";
import { EvidenceView } from "./evidence-view.tsx";
import { Facts } from "./facts.tsx";
import { NamedList } from "./named-list.tsx";
import { RawEntry } from "./raw-entry.tsx";
import { TimeLine } from "./time-line.tsx";

export interface DetailsProps {
  readonly project: string;
  readonly uuid: string;
}

/** Everything about one invalidation: why, what, when, where, and what Done rests on. */
export function Details({ project, uuid }: DetailsProps) {
  const answer = useEntry(project, uuid);
  const entry = answer.data?.invalidation;
  const isUnderWay = entry !== undefined && !hasEnded(entry.status);
  const live = useLive(project, { uuid, isWanted: isUnderWay });
  return (
    <>
      <Link to={path`/p/${project}/invalidation`} className={classes.back ?? ""}>
        ← Invalidation log
      </Link>
      <PageHead
        title={`Invalidation ${uuid.slice(0, 8)}`}
        lead={isUnderWay ? <LiveMark live={live} at={answer.dataUpdatedAt} /> : undefined}
        actions={
          <>
            {entry && <Retry project={project} entry={entry} size="xs" />}
            <CopyButton text={uuid} what="ID of the invalidation" label="Copy ID" />
            <Button
              variant="default"
              size="xs"
              loading={answer.isFetching && !answer.isPending}
              onClick={() => void answer.refetch()}
            >
              Refresh
            </Button>
          </>
        }
      />
      {stateOf(answer, "Reading the invalidation")}
      {entry && (
        <div className={classes.sections}>
          {hasFailed(entry.status) && (
            <Notice kind="bad" title={entry.error ?? "It ended in an error."}>
              <p>
                Retry it: only what failed is tried again. Who helps you will ask for the invalidation ID.
              </p>
            </Notice>
          )}
          <Facts project={project} entry={entry} />
          <NamedList entry={entry} />
          <TimeLine entry={entry} />
          <EvidenceView entry={entry} />
          <RawEntry entry={entry} />
        </div>
      )}
    </>
  );
}
