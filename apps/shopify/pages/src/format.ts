const FORM = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const NUMBER = new Intl.NumberFormat();
const AGO = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** A time of the API for people; "never" where there is none. */
export const timeText = (iso: string | null): string => (iso === null ? "never" : FORM.format(new Date(iso)));

/** "3 minutes ago". */
export function agoText(iso: string | null, now: number = Date.now()): string {
  if (iso === null) return "never";
  const passed = Math.max(0, now - Date.parse(iso));
  const [unit, ms] = UNITS.find(([, each]) => passed >= each) ?? ["second", 1_000];
  return AGO.format(-Math.floor(passed / ms), unit);
}

export const countText = (count: number): string => NUMBER.format(count);

/** "1 image", "3 images". */
export const countOf = (count: number, thing: string): string =>
  `${countText(count)} ${thing}${count === 1 ? "" : "s"}`;

export function bytesText(bytes: number | null): string {
  if (bytes === null) return "unknown";
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export const sizeText = (width: number | null, height: number | null): string =>
  width === null || height === null ? "unknown" : `${width} × ${height}`;
