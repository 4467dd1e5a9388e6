import { Button } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { ApiError } from "../../../api/error.ts";
import { PageHead } from "../../../pieces/page-head.tsx";
import { Problem, stateOf } from "../../../pieces/states.tsx";
import classes from "../analytics.module.css";
import { AREAS, type Area, usePlaces } from "../places.ts";
import { USUAL } from "../use-stats.ts";
import { PeriodBar } from "./period-bar.tsx";

/** What is around every page of analytics: its head, the ways to the others, and the period. */
export function StatsFrame(props: {
  readonly area: Area;
  readonly lead: ReactNode;
  readonly refresh: () => void;
  readonly isBusy: boolean;
  /** When what is shown was answered, in milliseconds since the epoch; 0 for never. */
  readonly at: number;
  readonly hasSteps?: boolean;
  /** The page shows everything that is kept where no period was chosen. */
  readonly isAllUsual?: boolean;
  readonly children: ReactNode;
}) {
  const { area, lead, refresh, isBusy, at, hasSteps = true, isAllUsual = false, children } = props;
  const place = usePlaces();
  return (
    <div className={classes.analytics}>
      <PageHead
        title={area === "" ? "Analytics" : AREAS[area]}
        lead={lead}
        actions={
          <>
            {at > 0 && <span className={classes.asOf}>As of {TIME.format(at)}</span>}
            <Button variant="default" size="xs" loading={isBusy} onClick={refresh}>
              Refresh
            </Button>
          </>
        }
      />
      <nav aria-label="Analytics">
        <ul className={classes.ways}>
          {Object.entries(AREAS).map(([each, title]) => (
            <li key={each}>
              <Link
                to={place(each)}
                className={classes.way ?? ""}
                aria-current={each === area ? "page" : undefined}
              >
                {title}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <PeriodBar usual={isAllUsual ? undefined : USUAL} hasSteps={hasSteps} />
      {children}
    </div>
  );
}

const TIME = new Intl.DateTimeFormat(undefined, {
  ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" },
});

/** A page of figures about one answer of the API. */
export function StatsPage<Answer>(props: {
  readonly area: Area;
  readonly lead: ReactNode;
  readonly query: UseQueryResult<Answer, ApiError>;
  readonly hasSteps?: boolean;
  readonly children: (answer: Answer) => ReactNode;
}) {
  const { area, lead, query, hasSteps = true, children } = props;
  const { data, error } = query;
  return (
    <StatsFrame
      {...{ area, lead, hasSteps }}
      refresh={() => void query.refetch()}
      isBusy={query.isFetching && !query.isPending}
      at={query.dataUpdatedAt}
    >
      {stateOf(query, "Adding up")}
      {data !== undefined && error !== null && <Problem error={error} again={() => void query.refetch()} />}
      {data !== undefined && (
        <div
          className={classes.body}
          aria-busy={query.isPlaceholderData}
          data-old={query.isPlaceholderData || undefined}
        >
          {children(data)}
        </div>
      )}
    </StatsFrame>
  );
}
