import { type Bound, type Criterion, GOALS, type Goal } from "./goals.ts";
import { type Ratio, STEADY } from "./statistics.ts";

/** How a figure stands. A missed aim above the bar is no fault; below the bar the gate is shut. */
export type Standing = "aim" | "bar" | "missed" | "unknown";

export interface Verdict {
  readonly goal: Goal;
  readonly criterion: Criterion;
  readonly standing: Standing;
  /** Absent where it was not measured. */
  readonly ratio?: Ratio;
  /** Why it was not measured. */
  readonly why?: string;
}

/** Judges every figure of every goal. `whyNot` is asked for those without a value. */
export function judge(
  measured: Readonly<Partial<Record<string, Ratio>>>,
  whyNot: (criterion: Criterion) => string,
): readonly Verdict[] {
  return GOALS.flatMap((goal: Goal) =>
    goal.criteria.map((criterion): Verdict => {
      const ratio = measured[criterion.id];
      if (ratio === undefined || Number.isNaN(ratio.median))
        return { goal, criterion, standing: "unknown", why: whyNot(criterion) };
      return { goal, criterion, ratio, standing: standingOf(criterion, ratio.median) };
    }),
  );
}

function standingOf({ bar, aim = bar }: Criterion, value: number): Standing {
  if (aim === undefined || keeps(aim, value)) return "aim";
  return bar === undefined || keeps(bar, value) ? "bar" : "missed";
}

const keeps = (bound: Bound, value: number): boolean =>
  "atMost" in bound ? value <= bound.atMost : value >= bound.atLeast;

/** Whether any bar was missed. What was not measured shuts no gate: the lines say why. */
export const isShut = (verdicts: readonly Verdict[]): boolean =>
  verdicts.some(({ standing }) => standing === "missed");

const WORDS: Readonly<Record<Standing, string>> = {
  aim: "reached",
  bar: "passed",
  missed: "MISSED",
  unknown: "",
};

/** Rows of a table of what was measured: goal, figure, value, bar, aim, standing. */
export function goalRows(verdicts: readonly Verdict[]): readonly (readonly string[])[] {
  return verdicts
    .filter(({ ratio }) => ratio !== undefined)
    .map(({ goal, criterion, standing, ratio }, at, all) => {
      const { text, bar, aim, unit = "" } = criterion;
      const isFirst = all[at - 1]?.goal !== goal;
      const value = ratio && `${number(ratio.median)}${unit}${spread(ratio)}`;
      return [
        isFirst ? `${goal.name} ${goal.means}` : "",
        text,
        value ?? "",
        boundText(bar, unit),
        boundText(aim, unit),
        standing === "bar" && bar === undefined ? "short of it" : WORDS[standing],
      ];
    });
}

/** Why which goals were not measured: a line for each reason, which names whole goals or single figures of one. */
export function unmeasuredLines(verdicts: readonly Verdict[]): readonly string[] {
  const byReason = Map.groupBy(
    verdicts.filter(({ standing }) => standing === "unknown"),
    ({ why = "" }) => why,
  );
  return [...byReason].map(([why, lacking]) => {
    const goals = [...Map.groupBy(lacking, ({ goal }) => goal)].map(([goal, figures]) =>
      figures.length === goal.criteria.length
        ? `${goal.name} ${goal.means}`
        : `${goal.name} ${figures.map(({ criterion }) => criterion.text).join(", ")}`,
    );
    return `not measured: ${why}: ${goals.join("; ")}`;
  });
}

export const GOAL_HEAD = ["goal", "figure", "measured", "bar", "aim", ""] as const;

function boundText(bound: Bound | undefined, unit: string): string {
  if (bound === undefined) return "";
  return "atMost" in bound ? `≤ ${number(bound.atMost)}${unit}` : `≥ ${number(bound.atLeast)}${unit}`;
}

/** Three figures are as many as a run on a shared machine can stand by. */
function number(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const spread = ({ spread: part }: Ratio): string =>
  part === 0 ? "" : ` ±${(part * 50).toFixed(0)} %${part > STEADY ? " ~" : ""}`;

/** One sentence under the goals. */
export function summary(verdicts: readonly Verdict[]): string {
  const count = (wanted: Standing) => verdicts.filter(({ standing }) => standing === wanted).length;
  return `${count("aim")} figures reach their aim, ${count("bar")} pass their bar, ${count("missed")} miss it, ${count("unknown")} were not measured.`;
}
