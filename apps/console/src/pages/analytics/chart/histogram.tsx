import type { CSSProperties } from "react";
import { writeCount, writeMs, writeShortCount } from "../format.ts";
import { NOTHING } from "../parts/words.ts";
import type { DeliveryAnswer } from "../shapes.ts";
import { Card, Nothing } from "./bars.tsx";
import { bucketsShown, writeBound } from "./buckets.ts";
import classes from "./chart.module.css";
import { FigureTable } from "./figure-table.tsx";

/** How many answers were ready how fast. */
export function Histogram({ buckets }: { readonly buckets: DeliveryAnswer["buckets"] }) {
  const shown = bucketsShown(buckets);
  const most = Math.max(0, ...shown.map(({ requests }) => requests));
  const title = "Time until an answer was ready";
  return (
    <Card title={title} unit="Answers by milliseconds">
      {most === 0 ? (
        <Nothing>{NOTHING}</Nothing>
      ) : (
        <>
          <div aria-hidden="true">
            <div className={classes.columns}>
              {shown.map(({ name, requests }) => (
                <div
                  key={name}
                  className={classes.column}
                  style={{ "--share": requests / most } as CSSProperties}
                >
                  {requests > 0 && <span>{writeShortCount(requests)}</span>}
                </div>
              ))}
            </div>
            <div className={classes.bounds}>
              {shown.map(({ name }) => (
                <span key={name}>{name}</span>
              ))}
            </div>
          </div>
          <FigureTable name={title}>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col" data-number="">
                  Answers
                </th>
              </tr>
            </thead>
            <tbody>
              {buckets.map(({ up_to_ms, requests }, place) => (
                <tr key={writeBound(up_to_ms)}>
                  <th scope="row">
                    {up_to_ms === null
                      ? `more than ${writeMs(buckets[place - 1]?.up_to_ms)}`
                      : `at most ${writeMs(up_to_ms)}`}
                  </th>
                  <td data-number="">{writeCount(requests)}</td>
                </tr>
              ))}
            </tbody>
          </FigureTable>
        </>
      )}
    </Card>
  );
}
