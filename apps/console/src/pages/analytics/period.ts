import { STEPS, type Step } from "./shapes.ts";

/** Spans that end today, by their name in the address, with their days. */
export const SPANS = { today: 1, "7": 7, "30": 30, "90": 90 } as const;
export type Span = keyof typeof SPANS;

/** What is looked at: a span that goes along with time, or days that somebody chose, both of them in it. All days are UTC days. */
export type Wish = { readonly span: Span } | { readonly from: string; readonly to: string };

export interface Period {
  /** Undefined where the page decides. */
  readonly wish: Wish | undefined;
  /** Undefined where the length decides. */
  readonly step: Step | undefined;
}

const DAY = 86_400_000;
/** Days for which the API answers a step, at most. */
const MOST_DAYS: Readonly<Record<Step, number>> = { "10m": 7, hour: 31, day: 3_660 };
/** Days for which sums finer than by the day are kept, unless the configuration says otherwise; then the API says so. */
const FINE_DAYS = 35;
/** Members of the address that are the period's. */
const NAMES = ["period", "from", "to", "step"] as const;

/** Reads what stands behind the ? of the page's address. What is not understood, or not possible, counts as not said. */
export function readPeriod(search: string, now: number, usual: Span | undefined): Period {
  const query = new URLSearchParams(search);
  const span = query.get("period");
  const [from, to] = [query.get("from"), query.get("to")];
  const wish: Wish | undefined =
    span !== null && isSpan(span)
      ? { span }
      : from !== null && to !== null && faultOf(from, to) === undefined
        ? { from, to }
        : undefined;
  const step = STEPS.find((each) => each === query.get("step"));
  const shown = wish ?? (usual === undefined ? undefined : { span: usual });
  const isPossible = step !== undefined && shown !== undefined && stepsFor(shown, now).includes(step);
  return { wish, step: isPossible ? step : undefined };
}

/** Changes the period in an address and leaves the rest; without the ?. */
export function writePeriod(search: string, { wish, step }: Period): string {
  const query = new URLSearchParams(search);
  for (const name of NAMES) query.delete(name);
  if (wish !== undefined && "span" in wish) query.set("period", wish.span);
  if (wish !== undefined && "from" in wish) {
    query.set("from", wish.from);
    query.set("to", wish.to);
  }
  if (step !== undefined) query.set("step", step);
  return query.toString();
}

/** The period of an address alone, for links to other pages; without the ?. */
export function periodIn(search: string): string {
  const query = new URLSearchParams(search);
  const kept = NAMES.flatMap((name) => query.getAll(name).map((value) => [name, value]));
  return new URLSearchParams(kept).toString();
}

/** The first and the last day, as the API takes them. */
export function daysOf(wish: Wish, now: number): { readonly from: string; readonly to: string } {
  if ("from" in wish) return { from: wish.from, to: wish.to };
  return { from: dayOf(now - (SPANS[wish.span] - 1) * DAY), to: dayOf(now) };
}

/** Steps that the API answers for it. */
export function stepsFor(wish: Wish, now: number): readonly Step[] {
  const { from, to } = daysOf(wish, now);
  const count = (Date.parse(to) - Date.parse(from)) / DAY + 1;
  const isFine = Date.parse(from) >= now - FINE_DAYS * DAY;
  return STEPS.filter((step) => count <= MOST_DAYS[step] && (isFine || step === "day"));
}

/** Why two texts are no period, as a sentence; undefined where they are one. */
export function faultOf(from: string, to: string): string | undefined {
  if (!isDay(from) || !isDay(to)) return "Choose a first and a last day.";
  if (from > to) return "The first day lies after the last one.";
  if ((Date.parse(to) - Date.parse(from)) / DAY >= MOST_DAYS.day) return "That is more than ten years.";
  return undefined;
}

/** The UTC day, as date fields write it. */
export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < "1970") return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  // 30 February is no day, though engines read it as one.
  return !Number.isNaN(at) && dayOf(at) === text;
}

const isSpan = (text: string): text is Span => Object.hasOwn(SPANS, text);
