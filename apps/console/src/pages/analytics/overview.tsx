import { Link, useLocation } from "react-router";
import { Figures } from "../../pieces/figures.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import { useNamedProject } from "../../shell/place.ts";
import classes from "./analytics.module.css";
import { Bar, Card, Nothing } from "./chart/bars.tsx";
import { TimeChart } from "./chart/time-chart.tsx";
import { writeBytes, writeCount, writeShare } from "./format.ts";
import { StatsPage } from "./parts/stats-page.tsx";
import { bytesLabel, countLabel, MEASURE_WORDS, NOTHING } from "./parts/words.ts";
import { periodIn } from "./period.ts";
import { placeOf, usePlaces } from "./places.ts";
import type { DeliveryAnswer, OptimizationAnswer, OverviewAnswer } from "./shapes.ts";
import { useAsked, useStats } from "./use-stats.ts";

/** How much was delivered, how well, and for whom. */
export function Overview() {
  const project = useNamedProject();
  const asked = useAsked();
  const query = useStats<OverviewAnswer>("/stats/overview", asked);
  const { data: delivery } = useStats<DeliveryAnswer>("/stats/delivery", asked);
  const { data: optimization } = useStats<OptimizationAnswer>("/stats/optimization", asked);
  const place = usePlaces();
  return (
    <StatsPage
      area=""
      lead={
        project === undefined
          ? "What was delivered, by all projects together."
          : `What was delivered for ${project}.`
      }
      query={query}
    >
      {(answer) => {
        const { totals, series } = answer;
        const cache = MEASURE_WORDS[totals.cache.measure];
        return (
          <>
            <Figures
              figures={[
                { name: "Requests", value: writeCount(totals.requests) },
                { name: "Traffic", value: writeBytes(totals.bytes) },
                {
                  name: "Hit ratio",
                  value: writeShare(delivery?.hit_ratio),
                  more: <Link to={place("delivery")}>How it was delivered</Link>,
                },
                {
                  name: "Saved",
                  value: writeShare(optimization?.totals.saving),
                  more: <Link to={place("optimization")}>By format</Link>,
                },
                {
                  name: "Renders",
                  value: writeCount(totals.resized),
                  more: `${writeCount(totals.downloaded)} downloads from origins`,
                },
                {
                  name: `${cache.title}, average`,
                  value: writeBytes(totals.cache.most_bytes > 0 ? totals.cache.average_bytes : null),
                  more:
                    totals.cache.most_bytes > 0
                      ? `${writeBytes(totals.cache.most_bytes)} at most`
                      : "not measured in this period",
                },
              ]}
            />
            <TimeChart
              title="Traffic"
              unit="Bytes"
              head={answer}
              rows={series}
              lines={[{ key: "bytes", name: "Traffic", colour: "first" }]}
              write={writeBytes}
              label={bytesLabel}
              empty={NOTHING}
            />
            <div className={classes.pair}>
              <TimeChart
                title="Requests"
                unit="Answers"
                head={answer}
                rows={series}
                lines={[{ key: "requests", name: "Requests", colour: "second" }]}
                write={writeCount}
                label={countLabel}
                empty={NOTHING}
              />
              <TimeChart
                title={cache.title}
                unit="Bytes kept"
                isLevel
                head={answer}
                rows={series}
                lines={[{ key: "cache_bytes", name: cache.title, colour: "fourth" }]}
                write={writeBytes}
                label={bytesLabel}
                empty={
                  totals.cache.measure === "in_use" && answer.step !== "day"
                    ? "Of a project it is known by day: choose days as steps."
                    : "No measurement lies in this period."
                }
              />
            </div>
            {project === undefined && <Projects answer={answer} />}
          </>
        );
      }}
    </StatsPage>
  );
}

function Projects({ answer: { projects, totals } }: { readonly answer: OverviewAnswer }) {
  const { search } = useLocation();
  const most = Math.max(0, ...projects.map(({ bytes }) => bytes));
  return (
    <Card title="Projects" unit="most traffic first, 100 at most">
      {projects.length === 0 ? (
        <Nothing>{NOTHING}</Nothing>
      ) : (
        <TableBox name="Projects">
          <thead>
            <tr>
              <th scope="col">Project</th>
              <th scope="col" data-number="">
                Requests
              </th>
              <th scope="col" data-number="">
                Traffic
              </th>
              <th scope="col" className={classes.barCell}>
                <span className="unseen">Share of traffic, drawn</span>
              </th>
              <th scope="col" data-number="">
                Share
              </th>
              <th scope="col" data-number="">
                In use, average
              </th>
              <th scope="col" data-number="">
                At most
              </th>
            </tr>
          </thead>
          <tbody>
            {projects.map(({ project, requests, bytes, cache }) => (
              <tr key={project}>
                <td className={classes.name}>
                  {project === "" ? (
                    "Hosts of no project"
                  ) : (
                    <Link to={placeOf(project, "", periodIn(search))}>{project}</Link>
                  )}
                </td>
                <td data-number="">{writeCount(requests)}</td>
                <td data-number="">{writeBytes(bytes)}</td>
                <td className={classes.barCell}>
                  <Bar of={bytes} most={most} />
                </td>
                <td data-number="">{writeShare(totals.bytes > 0 ? bytes / totals.bytes : null)}</td>
                <td data-number="">{writeBytes(cache.average_bytes)}</td>
                <td data-number="">{writeBytes(cache.most_bytes)}</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </Card>
  );
}
