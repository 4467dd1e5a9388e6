import type { ReactNode } from "react";
import { Link } from "react-router";
import { Figures } from "../../pieces/figures.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import classes from "./analytics.module.css";
import { Bar, Card, Nothing } from "./chart/bars.tsx";
import { Histogram } from "./chart/histogram.tsx";
import type { Colour } from "./chart/series.ts";
import { TimeChart } from "./chart/time-chart.tsx";
import { NONE, writeBytes, writeCount, writeCountry, writeMs, writeShare } from "./format.ts";
import { StatsPage } from "./parts/stats-page.tsx";
import { countLabel, NOTHING, SOURCE_WORDS, shareLabel } from "./parts/words.ts";
import { usePlaces } from "./places.ts";
import type { DeliveryAnswer } from "./shapes.ts";
import { useAsked, useStats } from "./use-stats.ts";

/** How answers were given: from where, how fast, with what status. */
export function Delivery() {
  const query = useStats<DeliveryAnswer>("/stats/delivery", useAsked());
  return (
    <StatsPage
      area="delivery"
      lead="Where answers came from, how fast they were ready, and what went wrong."
      query={query}
    >
      {(answer) => (
        <>
          <Head answer={answer} />
          <TimeChart
            title="Hits and others"
            unit="Answers"
            head={answer}
            rows={answer.series.map((row) => ({ ...row, others: Number(row.requests) - Number(row.hits) }))}
            lines={[
              { key: "others", name: "Others", colour: "second" },
              { key: "hits", name: "Hits", colour: "first" },
            ]}
            write={writeCount}
            label={countLabel}
            isStacked
            empty={NOTHING}
          />
          <div className={classes.pair}>
            <TimeChart
              title="Hit ratio"
              unit="Of all answers"
              head={answer}
              rows={answer.series.map((row) => ({
                at: row.at,
                ratio: Number(row.requests) > 0 ? Number(row.hits) / Number(row.requests) : null,
              }))}
              lines={[{ key: "ratio", name: "Hit ratio", colour: "first" }]}
              write={writeShare}
              label={shareLabel}
              isRatio
              empty={NOTHING}
            />
            <TimeChart
              title="Status"
              unit="Answers"
              head={answer}
              rows={answer.series}
              lines={[
                { key: "s5xx", name: "5xx", colour: "bad" },
                { key: "s4xx", name: "4xx", colour: "second" },
                { key: "s3xx", name: "3xx", colour: "idle" },
                { key: "s2xx", name: "2xx", colour: "third" },
              ]}
              write={writeCount}
              label={countLabel}
              isStacked
              empty={NOTHING}
            />
          </div>
          <div className={classes.pair}>
            <Sources answer={answer} />
            <Statuses answer={answer} />
          </div>
          <div className={classes.pair}>
            <Histogram buckets={answer.buckets} />
            <Times answer={answer} />
          </div>
          <Origins answer={answer} />
          <div className={classes.pair}>
            <Errors answer={answer} />
            <Countries answer={answer} />
          </div>
        </>
      )}
    </StatsPage>
  );
}

interface Part {
  readonly answer: DeliveryAnswer;
}

function Head({ answer: { requests, bytes, hits, hit_ratio, edge, times } }: Part) {
  return (
    <Figures
      figures={[
        { name: "Requests", value: writeCount(requests), more: writeBytes(bytes) },
        {
          name: "Hit ratio",
          value: writeShare(hit_ratio),
          more: `${writeCount(hits)} without origin or render`,
        },
        {
          name: "Hit ratio of CDN nodes",
          value: writeShare(edge?.hit_ratio),
          more:
            edge === null
              ? "no node tells its log"
              : `${writeCount(edge.hits)} of ${writeCount(edge.requests)}`,
        },
        { name: "Half were ready within", value: writeMs(times.all.p50), more: "median of all answers" },
        {
          name: `${writeShare(0.95)} were ready within`,
          value: writeMs(times.all.p95),
          more: `${writeShare(0.99)} within ${writeMs(times.all.p99)}`,
        },
      ]}
    />
  );
}

/** A table of counts, each with its bar. */
function Counts(props: {
  readonly title: string;
  readonly unit?: string;
  readonly what: string;
  readonly rows: readonly {
    readonly key: string;
    readonly name: ReactNode;
    readonly requests: number;
    readonly bytes?: number;
    readonly colour?: Colour;
  }[];
  readonly empty: string;
}) {
  const { title, unit, what, rows, empty } = props;
  const all = rows.reduce((sum, { requests }) => sum + requests, 0);
  const most = Math.max(0, ...rows.map(({ requests }) => requests));
  const hasBytes = rows.some(({ bytes }) => bytes !== undefined);
  return (
    <Card title={title} {...(unit !== undefined && { unit })}>
      {rows.length === 0 ? (
        <Nothing>{empty}</Nothing>
      ) : (
        <TableBox name={title}>
          <thead>
            <tr>
              <th scope="col">{what}</th>
              <th scope="col" data-number="">
                Answers
              </th>
              <th scope="col" className={classes.barCell}>
                <span className="unseen">Share, drawn</span>
              </th>
              <th scope="col" data-number="">
                Share
              </th>
              {hasBytes && (
                <th scope="col" data-number="">
                  Traffic
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, name, requests, bytes, colour = "first" }) => (
              <tr key={key}>
                <td className={classes.name}>{name}</td>
                <td data-number="">{writeCount(requests)}</td>
                <td className={classes.barCell}>
                  <Bar of={requests} most={most} colour={colour} />
                </td>
                <td data-number="">{writeShare(all > 0 ? requests / all : null)}</td>
                {hasBytes && <td data-number="">{writeBytes(bytes)}</td>}
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </Card>
  );
}

function Sources({ answer: { sources } }: Part) {
  const rows = sources.map(({ from, requests, bytes }) => {
    const [name, hint] = SOURCE_WORDS[from] ?? [from, ""];
    const isHit = hint.startsWith("a hit");
    return {
      ...{ key: from, requests, bytes },
      colour: isHit ? ("first" as const) : from === "failed" ? ("bad" as const) : ("second" as const),
      name: (
        <>
          {name}
          <div className={classes.dim}>{hint}</div>
        </>
      ),
    };
  });
  return <Counts title="Where answers came from" what="From" rows={rows} empty={NOTHING} />;
}

function Statuses({ answer: { statuses } }: Part) {
  const place = usePlaces();
  const colours: readonly Colour[] = ["idle", "idle", "third", "idle", "second", "bad"];
  const rows = statuses.map(({ status, requests, bytes }) => ({
    ...{ key: String(status), requests, bytes },
    colour: colours[Math.floor(status / 100)] ?? "idle",
    name: <Link to={place("logs/cdn", { status: String(status) })}>{status}</Link>,
  }));
  return (
    <Counts title="Statuses" unit="each leads to its answers" what="Status" rows={rows} empty={NOTHING} />
  );
}

function Errors({ answer: { errors } }: Part) {
  const place = usePlaces();
  const rows = errors.map(({ code, requests }) => ({
    ...{ key: code, requests, colour: "bad" as const },
    name: (
      <Link to={place("logs/cdn", { code })}>
        <code>{code}</code>
      </Link>
    ),
  }));
  return <Counts title="Errors" what="Code" rows={rows} empty="Nothing failed in this period." />;
}

function Countries({ answer: { countries } }: Part) {
  const rows = countries.map(({ country, requests, bytes }) => ({
    ...{ key: country, requests, bytes, name: writeCountry(country) },
  }));
  return (
    <Counts
      title="Countries"
      what="Country"
      rows={rows}
      empty="No country is known: only a CDN's header or log tells it."
    />
  );
}

function Times({ answer: { times } }: Part) {
  const rows = [
    ["Half of them (median)", "p50"],
    [writeShare(0.9), "p90"],
    [writeShare(0.95), "p95"],
    [writeShare(0.99), "p99"],
  ] as const;
  return (
    <Card title="Ready within" unit="upper bounds, without the way to the browser">
      <TableBox name="Times until answers were ready">
        <thead>
          <tr>
            <th scope="col">So many answers</th>
            <th scope="col" data-number="">
              All
            </th>
            <th scope="col" data-number="">
              Fetched or rendered
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, key]) => (
            <tr key={key}>
              <td>{name}</td>
              <td data-number="">{writeMs(times.all[key])}</td>
              <td data-number="">{writeMs(times.misses[key])}</td>
            </tr>
          ))}
        </tbody>
      </TableBox>
    </Card>
  );
}

function Origins({ answer: { origins } }: Part) {
  const place = usePlaces();
  return (
    <Card title="Origins" unit="originals that were fetched in this period">
      {origins.length === 0 ? (
        <Nothing>No original was fetched in this period.</Nothing>
      ) : (
        <TableBox name="Origins">
          <thead>
            <tr>
              <th scope="col">Origin</th>
              {["Downloads", "Failed", "Slow", "Bytes", "Average time"].map((name) => (
                <th key={name} scope="col" data-number="">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {origins.map(({ origin, downloads, failed, slow, bytes, average_ms }) => (
              <tr key={origin}>
                <td className={classes.name}>{origin === "" ? NONE : origin}</td>
                <td data-number="">{writeCount(downloads)}</td>
                <td data-number="">
                  {failed > 0 ? (
                    <Link to={place("logs/failed", { origin })}>{writeCount(failed)}</Link>
                  ) : (
                    writeCount(failed)
                  )}
                </td>
                <td data-number="">
                  {slow > 0 ? (
                    <Link to={place("logs/slow", { origin })}>{writeCount(slow)}</Link>
                  ) : (
                    writeCount(slow)
                  )}
                </td>
                <td data-number="">{writeBytes(bytes)}</td>
                <td data-number="">{writeMs(average_ms)}</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </Card>
  );
}
