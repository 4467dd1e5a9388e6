import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { path } from "../../../api/call.ts";
import { apiErrorOf } from "../../../api/error.ts";
import { Notice } from "../../../pieces/notice.tsx";
import { Empty, Problem, stateOf } from "../../../pieces/states.tsx";
import { useLog } from "../journal.ts";
import { useLive } from "../live.ts";
import { LiveMark } from "../live-mark.tsx";
import type { ProjectRules } from "../project-rules.ts";
import { FilterBar } from "./filter-bar.tsx";
import { isFiltered, type LogFilters, readFilters, writeFilters } from "./filters.ts";
import classes from "./log.module.css";
import { LogCards } from "./log-cards.tsx";
import { LogTable } from "./log-table.tsx";
import { LogWay } from "./log-way.tsx";

/** Below, columns have no room. */
const WIDE = "(min-width: 60em)";

export interface InvalidationLogProps {
  readonly project: string;
  /** Undefined until they are read. */
  readonly rules: ProjectRules | undefined;
}

/** The log of a project: what is looked at stands in the address, what is under way moves by itself. */
export function InvalidationLog({ project, rules }: InvalidationLogProps) {
  const filters = readFilters(useLocation().search);
  const navigate = useNavigate();
  const isWide = useMediaQuery(WIDE, true, { getInitialValueInEffect: false });
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const log = useLog(project, filters);
  const live = useLive(project, { isNewest: filters.cursor === undefined });
  const show = (next: LogFilters) => {
    const query = writeFilters(next);
    void navigate(`${path`/p/${project}/invalidation`}${query === "" ? "" : `?${query}`}`);
  };
  const toggled = (uuid: string) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(uuid)) after.add(uuid);
      return after;
    });
  const page = log.data;
  const List = isWide ? LogTable : LogCards;
  return (
    <section aria-labelledby="log" className={classes.section}>
      <div className={classes.head}>
        <h2 id="log" className={classes.title}>
          Invalidation log
        </h2>
        <LiveMark live={live} at={log.dataUpdatedAt} />
        <Button
          variant="default"
          size="xs"
          loading={log.isFetching && !log.isPending}
          onClick={() => void log.refetch()}
        >
          Refresh
        </Button>
      </div>
      <FilterBar filters={filters} rules={rules} chosen={show} />
      {stateOf(log, "Reading the log")}
      {page !== undefined && log.error !== null && (
        <Problem error={apiErrorOf(log.error)} again={() => void log.refetch()} />
      )}
      {page !== undefined && page.entries.length === 0 && !page.isShort && <Nothing filters={filters} />}
      {page !== undefined && page.entries.length > 0 && (
        <div
          aria-busy={log.isPlaceholderData}
          className={classes.list}
          data-old={log.isPlaceholderData || undefined}
        >
          <List project={project} entries={page.entries} open={open} toggled={toggled} />
        </div>
      )}
      {page?.isShort && (
        <Notice kind="idle" title="This is a long search: not all of the log was looked through yet.">
          <p>Go on with Older, or narrow it to some days.</p>
        </Notice>
      )}
      {page !== undefined && (
        <LogWay filters={filters} next={page.cursor} show={show} isTurning={log.isPlaceholderData} />
      )}
    </section>
  );
}

function Nothing({ filters }: { readonly filters: LogFilters }) {
  if (filters.cursor !== undefined) return <Empty title="The log ends here." />;
  if (!isFiltered(filters)) {
    return (
      <Empty title="Nothing was invalidated yet.">
        <p>What is asked for here, by a CMS or by the API will be listed.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No invalidation is like that.">
      <p>Entries that ended are kept for 30 days unless the installation says otherwise.</p>
    </Empty>
  );
}
