import { Figures } from "../../pieces/figures.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import classes from "./analytics.module.css";
import { Bar, Card, Nothing } from "./chart/bars.tsx";
import { TimeChart } from "./chart/time-chart.tsx";
import { writeBytes, writeCount, writeMs, writeShare } from "./format.ts";
import { StatsPage } from "./parts/stats-page.tsx";
import { bytesLabel, formatName, NOTHING, shareLabel } from "./parts/words.ts";
import type { OptimizationAnswer } from "./shapes.ts";
import { useAsked, useStats } from "./use-stats.ts";

/** What was saved by sending variants in place of originals, and what making them took. */
export function Optimization() {
  const query = useStats<OptimizationAnswer>("/stats/optimization", useAsked());
  return (
    <StatsPage
      area="optimization"
      lead="What the originals would have cost, what was sent in their place, and what making it took."
      query={query}
    >
      {(answer) => {
        const { totals, series } = answer;
        return (
          <>
            <Figures
              figures={[
                {
                  name: "Saved",
                  value: writeShare(totals.saving),
                  more: `${writeBytes(totals.saved_bytes)} less`,
                },
                { name: "The originals would have been", value: writeBytes(totals.bytes_in) },
                { name: "Sent", value: writeBytes(totals.bytes_out) },
                {
                  name: "Answers",
                  value: writeCount(totals.requests),
                  more: "whole pictures whose original's size is known",
                },
              ]}
            />
            <TimeChart
              title="Originals and what was sent"
              unit="Bytes"
              head={answer}
              rows={series.map((row) => ({
                ...row,
                saved: Math.max(0, Number(row.bytes_in) - Number(row.bytes_out)),
              }))}
              lines={[
                { key: "saved", name: "Saved", colour: "third" },
                { key: "bytes_out", name: "Sent", colour: "first" },
              ]}
              write={writeBytes}
              label={bytesLabel}
              isStacked
              empty={NOTHING}
            />
            <TimeChart
              title="Share that was saved"
              unit="Of the originals' bytes"
              head={answer}
              rows={series}
              lines={[{ key: "saving", name: "Saved", colour: "third" }]}
              write={writeShare}
              label={shareLabel}
              isRatio
              empty={NOTHING}
            />
            <Formats answer={answer} />
            <Renders answer={answer} />
          </>
        );
      }}
    </StatsPage>
  );
}

function Formats({ answer: { formats, totals } }: { readonly answer: OptimizationAnswer }) {
  return (
    <Card title="Formats" unit="of what was sent">
      {formats.length === 0 ? (
        <Nothing>{NOTHING}</Nothing>
      ) : (
        <TableBox name="Formats">
          <thead>
            <tr>
              <th scope="col">Format</th>
              <th scope="col" data-number="">
                Answers
              </th>
              <th scope="col" className={classes.barCell}>
                <span className="unseen">Share of answers, drawn</span>
              </th>
              <th scope="col" data-number="">
                Share
              </th>
              <th scope="col" data-number="">
                Originals
              </th>
              <th scope="col" data-number="">
                Sent
              </th>
              <th scope="col" data-number="">
                Saved
              </th>
            </tr>
          </thead>
          <tbody>
            {formats.map(({ format, requests, bytes_in, bytes_out, saving }) => (
              <tr key={format}>
                <td>{formatName(format)}</td>
                <td data-number="">{writeCount(requests)}</td>
                <td className={classes.barCell}>
                  <Bar of={requests} most={totals.requests} />
                </td>
                <td data-number="">{writeShare(totals.requests > 0 ? requests / totals.requests : null)}</td>
                <td data-number="">{writeBytes(bytes_in)}</td>
                <td data-number="">{writeBytes(bytes_out)}</td>
                <td data-number="">{writeShare(saving)}</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </Card>
  );
}

function Renders({ answer: { resizes } }: { readonly answer: OptimizationAnswer }) {
  const most = Math.max(0, ...resizes.map(({ average_ms }) => average_ms));
  return (
    <Card title="Renders" unit="made in this period, by format">
      {resizes.length === 0 ? (
        <Nothing>Nothing was rendered in this period: all variants were there already.</Nothing>
      ) : (
        <TableBox name="Renders">
          <thead>
            <tr>
              <th scope="col">Format</th>
              <th scope="col" data-number="">
                Renders
              </th>
              <th scope="col" className={classes.barCell}>
                <span className="unseen">Average time, drawn</span>
              </th>
              <th scope="col" data-number="">
                Average time
              </th>
              <th scope="col" data-number="">
                Read
              </th>
              <th scope="col" data-number="">
                Made
              </th>
            </tr>
          </thead>
          <tbody>
            {resizes.map(({ format, count, bytes_in, bytes_out, average_ms }) => (
              <tr key={format}>
                <td>{formatName(format)}</td>
                <td data-number="">{writeCount(count)}</td>
                <td className={classes.barCell}>
                  <Bar of={average_ms} most={most} colour="second" />
                </td>
                <td data-number="">{writeMs(average_ms)}</td>
                <td data-number="">{writeBytes(bytes_in)}</td>
                <td data-number="">{writeBytes(bytes_out)}</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </Card>
  );
}
