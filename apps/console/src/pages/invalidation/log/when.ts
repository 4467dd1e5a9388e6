import { dayOf, type LogFilters, startOfDay } from "./filters.ts";

/** A span of time that is chosen by its name. */
export interface WhenChoice {
  readonly id: string;
  readonly label: string;
  readonly since?: string;
  readonly until?: string;
}

const WEEK = 7;

/** What is offered: the days of the last week by their names, because people remember those, and longer spans. */
export function whenChoices(now: Date, locale?: string): readonly WhenChoice[] {
  const today = dayOf(now);
  const name = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  const begin = (days: number): string => (startOfDay(today, days) ?? now).toISOString();
  const day = (back: number): WhenChoice => {
    const at = startOfDay(today, -back) ?? now;
    const label = back === 0 ? "Today" : back === 1 ? "Yesterday" : name.format(at);
    return { id: `day-${back}`, label, since: begin(-back), until: begin(1 - back) };
  };
  return [
    { id: "any", label: "Any time" },
    ...Array.from({ length: WEEK + 1 }, (_, back) => day(back)),
    { id: "days-7", label: "Last 7 days", since: begin(1 - WEEK) },
    { id: "days-30", label: "Last 30 days", since: begin(-29) },
  ];
}

/** Which of the choices the filters are; "other" for days that somebody chose. */
export function whenOf({ since, until }: LogFilters, choices: readonly WhenChoice[]): string {
  const found = choices.find((choice) => choice.since === since && choice.until === until);
  return found?.id ?? "other";
}
