import { type CSSProperties, useEffect, useId, useRef, useState } from "react";
import { NONE, writeStep } from "../format.ts";
import type { Head, SeriesRow } from "../shapes.ts";
import classes from "./chart.module.css";
import { FigureTable } from "./figure-table.tsx";
import type { Plot, Pointed } from "./plot.ts";
import { columnsOf, extremesOf, isEmpty, type Line, stackedOf } from "./series.ts";

export interface TimeChartProps {
  readonly title: string;
  /** What the axis counts, such as "requests an hour". */
  readonly unit: string;
  readonly head: Pick<Head, "from" | "to" | "step">;
  readonly rows: readonly SeriesRow[];
  readonly lines: readonly Line[];
  readonly write: (figure: number | null) => string;
  /** Labels of the axis, which reaches up to `most`. */
  readonly label: (figure: number, most: number) => string;
  /** Lines are parts of one whole, the first one on top. */
  readonly isStacked?: boolean;
  /** Lines are shares from 0 to 1. */
  readonly isRatio?: boolean;
  /** Figures say how much there was then, not how much came. */
  readonly isLevel?: boolean;
  /** What is said where nothing is drawn. */
  readonly empty: string;
}

const STEP_WORDS = { "10m": "in 10 minutes", hour: "an hour", day: "a day" } as const;

/** Figures over time: drawn, told at the pointer, and as a table for whoever reads or hears them. */
export function TimeChart(props: TimeChartProps) {
  const { title, unit, head, rows, lines, write, isRatio = false, isLevel = false, empty } = props;
  const name = useId();
  const columns = columnsOf(head, rows, lines);
  const isNothing = isEmpty(columns.figures, isRatio);
  return (
    <figure className={classes.chart} aria-labelledby={name}>
      <figcaption className={classes.caption}>
        <h2 id={name} className={classes.title}>
          {title}
        </h2>
        <span className={classes.unit}>
          {isRatio || isLevel ? unit : `${unit} ${STEP_WORDS[head.step]}`}, UTC
        </span>
      </figcaption>
      {isNothing ? (
        <p className={classes.empty}>{empty}</p>
      ) : (
        <>
          {lines.length > 1 && (
            <ul className={classes.legend} aria-label="Colours">
              {lines.map((line) => (
                <li key={line.key} data-colour={line.colour}>
                  {line.name}
                </li>
              ))}
            </ul>
          )}
          <Drawing {...props} says={summaryOf(title, head, columns, lines, write)} />
          <FigureTable name={title}>
            <thead>
              <tr>
                <th scope="col">{head.step === "day" ? "Day" : "From"}</th>
                {lines.map((line) => (
                  <th key={line.key} scope="col" data-number="">
                    {line.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.at}>
                  <th scope="row">{writeStep(row.at, head.step)}</th>
                  {lines.map(({ key }) => (
                    <td key={key} data-number="">
                      {write(typeof row[key] === "number" ? row[key] : null)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </FigureTable>
        </>
      )}
    </figure>
  );
}

/** What somebody is told who does not see the drawing. */
function summaryOf(
  title: string,
  { step }: Pick<Head, "step">,
  { at, figures }: ReturnType<typeof columnsOf>,
  lines: readonly Line[],
  write: TimeChartProps["write"],
): string {
  const sentences = lines.flatMap((line, place) => {
    const found = extremesOf(at, figures[place] ?? []);
    if (!found) return [];
    const when = writeStep(new Date(found.mostAt * 1_000).toISOString(), step);
    return [`${line.name}: most ${write(found.most)}, ${when}.`];
  });
  return [`${title}.`, ...sentences].join(" ");
}

function Drawing(props: TimeChartProps & { readonly says: string }) {
  const { head, rows, lines, write, label, isStacked = false, isRatio = false, says } = props;
  const root = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<Pointed>();
  const columns = columnsOf(head, rows, lines);
  // Whoever asks each minute gets mostly the same again.
  const wish = JSON.stringify([head.step, lines, isStacked, isRatio, columns]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `wish` stands for everything that is drawn.
  useEffect(() => {
    let plot: Plot | undefined;
    let isWanted = true;
    const draw = async () => {
      const { drawPlot } = await import("./plot.ts");
      if (!isWanted || root.current === null) return;
      const { at, figures } = columns;
      const drawn = { at, figures: isStacked ? stackedOf(figures) : figures };
      const colours = lines.map(({ colour }) => colour);
      plot = drawPlot(
        root.current,
        { columns: drawn, step: head.step, colours, isRatio, isStacked, label },
        setPointed,
      );
      root.current.dataset.drawn = "";
    };
    draw().catch(() => {}); // the figures are in the table below
    return () => {
      isWanted = false;
      plot?.destroy();
      setPointed(undefined);
    };
  }, [wish]);
  const at = pointed && columns.at[pointed.place];
  return (
    <div className={classes.place}>
      <div ref={root} role="img" aria-label={says} className={classes.plot} />
      {pointed && at !== undefined && (
        <div
          aria-hidden="true"
          className={classes.tip}
          style={{ "--left": `${pointed.left}px` } as CSSProperties}
          data-tip=""
          data-side={pointed.left > (root.current?.clientWidth ?? 0) / 2 ? "left" : "right"}
        >
          <strong>{writeStep(new Date(at * 1_000).toISOString(), head.step)}</strong>
          {lines.map((line, place) => (
            <span key={line.key} data-colour={line.colour}>
              {line.name} <b>{write(columns.figures[place]?.[pointed.place] ?? null) || NONE}</b>
            </span>
          ))}
        </div>
      )}
    </div>
  );
}
