/** Cloudimage writes UTC without saying so, with six digits behind the second. */
const CLOUDIMAGE = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,3})?\d*$/;

/** The moment that a text of the API names; undefined for what is none. */
export function readTime(text: string): Date | undefined {
  const written = CLOUDIMAGE.exec(text);
  const time = new Date(written ? `${written[1]}T${written[2]}${written[3] ?? ""}Z` : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

const UNITS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
] as const;

/** How long before or after `now`, as people say it: "3 minutes ago". */
export function writeDistance(time: Date, now: number, locale?: string): string {
  let count = (time.getTime() - now) / 1_000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(count) < size) return format.format(Math.round(count), unit);
    count /= size;
  }
  return "";
}
