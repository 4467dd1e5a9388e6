import { NativeSelect } from "@mantine/core";
import { useLocation, useNavigate } from "react-router";
import { TableBox } from "../../pieces/table-box.tsx";
import { useNamedProject } from "../../shell/place.ts";
import classes from "./analytics.module.css";
import { Bar, Card, Nothing } from "./chart/bars.tsx";
import { writeBytes, writeCount, writeShare } from "./format.ts";
import { PlaygroundLink } from "./parts/playground-link.tsx";
import { StatsPage } from "./parts/stats-page.tsx";
import type { TopAnswer } from "./shapes.ts";
import { useAsked, useStats } from "./use-stats.ts";

/** What is ranked: its title, and the head of its column. */
const RANKED = {
  urls: ["URLs", "URL"],
  originals: ["Originals", "Original"],
  referrers: ["Referrers", "Site that asked"],
  errors: ["URLs answered with 4xx", "URL"],
} as const;
const ORDERS = { hits: "Requests", bytes: "Traffic" } as const;
const LIMITS = ["20", "50", "100"] as const;

type Ranked = keyof typeof RANKED;
type Order = keyof typeof ORDERS;

/** What was asked for most, and by whom. */
export function Top() {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const wanted = new URLSearchParams(search);
  const pick = <Name extends string>(names: readonly Name[], name: string, usual: Name): Name =>
    names.find((each) => each === wanted.get(name)) ?? usual;
  const by = pick(Object.keys(RANKED) as Ranked[], "by", "urls");
  const order = pick(Object.keys(ORDERS) as Order[], "order", "hits");
  const limit = pick(LIMITS, "limit", "20");
  const { step: _, ...asked } = useAsked();
  const query = useStats<TopAnswer>("/stats/top", { ...asked, by, order, limit });
  const change = (name: string, value: string) => {
    wanted.set(name, value);
    void navigate(`${pathname}?${wanted}`);
  };
  return (
    <StatsPage
      area="top"
      lead="What was asked for most, by whom, and what was asked for in vain. Whole days count."
      query={query}
      hasSteps={false}
    >
      {(answer) => (
        <>
          <search aria-label="Ranking" className={classes.period}>
            <NativeSelect
              label="What"
              value={by}
              data={Object.entries(RANKED).map(([value, [label]]) => ({ value, label }))}
              onChange={(event) => change("by", event.currentTarget.value)}
            />
            <NativeSelect
              label="Most"
              value={order}
              data={Object.entries(ORDERS).map(([value, label]) => ({ value, label }))}
              onChange={(event) => change("order", event.currentTarget.value)}
            />
            <NativeSelect
              label="Rows"
              value={limit}
              data={[...LIMITS]}
              onChange={(event) => change("limit", event.currentTarget.value)}
            />
          </search>
          <Ranking answer={answer} by={by} order={order} />
        </>
      )}
    </StatsPage>
  );
}

function Ranking(props: { readonly answer: TopAnswer; readonly by: Ranked; readonly order: Order }) {
  const { answer, by, order } = props;
  const { rows, is_exact: isExact, missing_at_most: missing } = answer;
  const isWhole = useNamedProject() === undefined;
  const [title, column] = RANKED[by];
  const most = Math.max(0, ...rows.map((row) => row[order]));
  return (
    <Card title={title} unit={`most ${ORDERS[order].toLowerCase()} first`}>
      {rows.length === 0 ? (
        <Nothing>
          {by === "errors"
            ? "Nothing was asked for in vain in this period."
            : by === "referrers"
              ? "No site is known that asked for pictures in this period."
              : "Nothing was delivered in this period."}
        </Nothing>
      ) : (
        <TableBox name={title}>
          <thead>
            <tr>
              <th scope="col">No.</th>
              <th scope="col">{column}</th>
              {isWhole && <th scope="col">Project</th>}
              <th scope="col" data-number="">
                Requests
              </th>
              <th scope="col" data-number="">
                Traffic
              </th>
              <th scope="col" className={classes.barCell}>
                <span className="unseen">Compared with the first, drawn</span>
              </th>
              <th scope="col" data-number="">
                Share of all
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.project} ${row.name}`}>
                <td data-number="">{writeCount(row.rank)}</td>
                <td className={classes.url}>
                  {by === "urls" || by === "errors" ? (
                    <PlaygroundLink project={row.project} url={row.name} />
                  ) : (
                    row.name
                  )}
                </td>
                {isWhole && <td>{row.project}</td>}
                <td data-number="">{writeCount(row.hits)}</td>
                <td data-number="">{writeBytes(row.bytes)}</td>
                <td className={classes.barCell}>
                  <Bar of={row[order]} most={most} colour={by === "errors" ? "bad" : "first"} />
                </td>
                <td data-number="">{writeShare(row.share)}</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
      {!isExact && (
        <p className={classes.hint}>
          Over several days the smallest names of a day are counted together: a figure above may lack, or a
          name that is missing may have, {order === "bytes" ? writeBytes(missing) : writeCount(missing)} at
          most.
        </p>
      )}
    </Card>
  );
}
