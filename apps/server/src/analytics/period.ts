import { ServerError } from "../errors.ts";
import { DAY, TEN_MINUTES } from "./summing.ts";

/** Widths of series and for how many days they may be asked, at most. */
export const STEPS = {
  "10m": { width: TEN_MINUTES, days: 7 },
  hour: { width: 3_600_000, days: 31 },
  day: { width: DAY, days: 3_660 },
} as const;
export type Step = keyof typeof STEPS;

/** From `from` to `to`, which is excluded; both at the begin of a step, in milliseconds since the epoch. */
export interface Period {
  readonly from: number;
  readonly to: number;
  readonly step: Step;
}

export interface PeriodQuery {
  readonly from?: string;
  readonly to?: string;
  readonly step?: Step;
}

const USUAL_DAYS = 30;

/**
 * The period of a query: whole steps that the wish touches. Without a wish, 30 days with today. What began more than `fineDays` days ago is
 * kept by the day alone.
 * @throws ServerError QUERY_WRONG for what is no period, or has no such steps.
 */
export function readPeriod({ from, to, step }: PeriodQuery, now: number, fineDays: number): Period {
  const until = to === undefined ? now + 1 : readTime("to", to, DAY);
  const since =
    from === undefined
      ? Math.max(0, Math.floor((until - 1) / DAY) - USUAL_DAYS + 1) * DAY
      : readTime("from", from, 0);
  if (since >= until) throw new ServerError("QUERY_WRONG", "from lies before to.");
  const days = (until - since) / DAY;
  const isFine = since >= now - fineDays * DAY;
  const fitting = days <= 2 ? "10m" : days <= STEPS["10m"].days ? "hour" : "day";
  const chosen = step ?? (isFine ? fitting : "day");
  const { width, days: most } = STEPS[chosen];
  if (days > most) {
    throw new ServerError("QUERY_WRONG", `A step of ${chosen} is answered for at most ${most} days.`);
  }
  if (!isFine && chosen !== "day") {
    throw new ServerError(
      "QUERY_WRONG",
      `A step of ${chosen} is answered for the last ${fineDays} days: what is older is kept by the day.`,
    );
  }
  return { from: Math.floor(since / width) * width, to: Math.ceil(until / width) * width, step: chosen };
}

/** The days that a period touches, the last included. */
export function daysOf({ from, to }: Pick<Period, "from" | "to">): {
  readonly first: number;
  readonly last: number;
} {
  return { first: Math.floor(from / DAY), last: Math.floor((to - 1) / DAY) };
}

/** The begins of its steps, none of them in the future. */
export function stepsOf({ from, to, step }: Period, now: number): readonly number[] {
  const { width } = STEPS[step];
  const end = Math.min(to, now + 1);
  return Array.from(
    { length: Math.max(0, Math.ceil((end - from) / width)) },
    (_, place) => from + place * width,
  );
}

const WHEN = /^(\d{4})-?(\d\d)-?(\d\d)(T\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)?$/;

/**
 * A time of the query. `more` is what a whole day stands for: its begin, or its end.
 * @throws ServerError QUERY_WRONG for what is no time.
 */
export function readTime(name: string, text: string, more: number): number {
  const [, year, month, day, time] = WHEN.exec(text) ?? [];
  const whole = `${year}-${month}-${day}`;
  const at = Date.parse(time === undefined ? `${whole}T00:00:00Z` : `${whole}${time}`);
  // 30 February is no day, though engines read it as one.
  const isDay =
    !Number.isNaN(at) && new Date(Date.parse(`${whole}T00:00:00Z`)).toISOString().startsWith(whole);
  if (!isDay || at < 0) {
    throw new ServerError(
      "QUERY_WRONG",
      `${name} is a day such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z.`,
    );
  }
  return time === undefined ? at + more : at;
}

export const isoOf = (at: number): string => new Date(at).toISOString();
