import { Button } from "@mantine/core";
import { Link, useLocation, useNavigate } from "react-router";
import { withQuery } from "../../../api/call.ts";
import { usePages } from "../../../api/hooks.ts";
import { Notice } from "../../../pieces/notice.tsx";
import { Pager } from "../../../pieces/pager.tsx";
import { Empty, Problem, stateOf } from "../../../pieces/states.tsx";
import { TableBox } from "../../../pieces/table-box.tsx";
import { useNamedProject } from "../../../shell/place.ts";
import classes from "../analytics.module.css";
import { StatsFrame } from "../parts/stats-page.tsx";
import { daysOf, readPeriod } from "../period.ts";
import { usePlaces } from "../places.ts";
import { COLUMNS } from "./columns.tsx";
import { FilterForm } from "./filter-form.tsx";
import { LOGS, type LogName, readFilters, writeFilters } from "./log-kinds.ts";
import { keysOf, type LogRow } from "./rows.ts";

const ROWS = 25;
const MOST_EXPORTED = 100_000;
const EVERY_MS = 60_000;
const EXPORTS = { csv: "CSV", ndjson: "NDJSON" } as const;

/** The rows of a log, newest first, and the ways to take them away as a file. */
export function Logs({ kind }: { readonly kind: LogName }) {
  const project = useNamedProject();
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const place = usePlaces();
  const now = Date.now();
  const { wish } = readPeriod(search, now, undefined);
  const filters = readFilters(kind, search);
  const asked = { project, ...(wish && daysOf(wish, now)), ...filters };
  const where = `/stats/logs/${kind}`;
  const pages = usePages<LogRow>(where, "rows", { query: { ...asked, limit: ROWS }, everyMs: EVERY_MS });
  const { query, items } = pages;
  const { title, lead } = LOGS[kind];
  return (
    <StatsFrame
      area="logs"
      lead={lead}
      refresh={() => void query.refetch()}
      isBusy={query.isFetching && !query.isPending}
      at={query.dataUpdatedAt}
      hasSteps={false}
      isAllUsual
    >
      <nav aria-label="Logs">
        <ul className={classes.ways}>
          {Object.entries(LOGS).map(([name, each]) => (
            <li key={name}>
              <Link
                to={place(`logs/${name}`)}
                className={classes.way ?? ""}
                aria-current={name === kind ? "page" : undefined}
              >
                {each.title}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <FilterForm
        key={JSON.stringify(filters)}
        kind={kind}
        filters={filters}
        chosen={(next) => {
          const written = writeFilters(search, next);
          void navigate(written === "" ? pathname : `${pathname}?${written}`);
        }}
      />
      {stateOf(query, "Reading the log")}
      {query.data !== undefined && query.error !== null && (
        <Problem error={query.error} again={() => void query.refetch()} />
      )}
      {query.data !== undefined && (
        <div aria-busy={pages.isTurning} data-old={pages.isTurning || undefined} className={classes.body}>
          {items.length > 0 && <Rows kind={kind} rows={items} hasProject={project === undefined} />}
          {items.length === 0 && pages.hasNext && (
            <Notice kind="idle" title="This is a long search: not all of the log was looked through yet.">
              <p>Go on with Next, or narrow it to some days.</p>
            </Notice>
          )}
          {items.length === 0 && !pages.hasNext && (
            <Nothing kind={kind} isNarrow={wish !== undefined || Object.keys(filters).length > 0} />
          )}
        </div>
      )}
      <div className={classes.foot}>
        <Pager pages={pages} what={title} />
        {query.data !== undefined && items.length > 0 && (
          <div className={classes.buttons}>
            {Object.entries(EXPORTS).map(([format, name]) => (
              <Button
                key={format}
                component="a"
                variant="default"
                size="xs"
                href={withQuery(where, { ...asked, format, most: MOST_EXPORTED })}
                download={`freshet-${kind}.${format}`}
              >
                Export as {name}
              </Button>
            ))}
          </div>
        )}
      </div>
    </StatsFrame>
  );
}

function Nothing({ kind, isNarrow }: { readonly kind: LogName; readonly isNarrow: boolean }) {
  return (
    <Empty title={isNarrow ? "No row of this log is so." : LOGS[kind].empty}>
      {isNarrow && <p>Choose another period, or clear the filters.</p>}
    </Empty>
  );
}

function Rows(props: {
  readonly kind: LogName;
  readonly rows: readonly LogRow[];
  readonly hasProject: boolean;
}) {
  const { kind, rows, hasProject } = props;
  const columns = COLUMNS[kind];
  const keys = keysOf(rows);
  return (
    <div className={classes.log}>
      <TableBox name={LOGS[kind].title}>
        <thead>
          <tr>
            {columns.map(({ name, isNumber }) => (
              <th key={name} scope="col" data-number={isNumber ? "" : undefined}>
                {name}
              </th>
            ))}
            {hasProject && <th scope="col">Project</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={keys[place]}>
              {columns.map(({ name, isNumber, className, show }) => (
                <td key={name} className={className} data-number={isNumber ? "" : undefined}>
                  {show(row)}
                </td>
              ))}
              {hasProject && <td>{row.project}</td>}
            </tr>
          ))}
        </tbody>
      </TableBox>
    </div>
  );
}
