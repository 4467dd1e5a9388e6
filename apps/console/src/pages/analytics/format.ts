import type { Step } from "./shapes.ts";

/** What stands where nothing can be said. */
export const NONE = "–";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;

/** A figure, as it may be missing. */
export type Maybe = number | null | undefined;
/** Writes a figure in the viewer's locale, or in another one. */
export type Write = (figure: Maybe, locale?: string) => string;

const isMissing = (figure: Maybe): figure is null | undefined =>
  figure === null || figure === undefined || !Number.isFinite(figure);

/** Things that are counted, and averages of them; small ones with a decimal where they have one. */
export const writeCount: Write = (figure, locale) =>
  isMissing(figure)
    ? NONE
    : new Intl.NumberFormat(locale, { maximumFractionDigits: Math.abs(figure) < 100 ? 1 : 0 }).format(figure);

/** Counts where there is little room: "12K". */
export const writeShortCount: Write = (figure, locale) =>
  isMissing(figure)
    ? NONE
    : new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }).format(figure);

/** Bytes in the unit that reads best, which may be that of a larger figure beside it. */
export function writeBytes(figure: Maybe, locale?: string, beside = figure): string {
  if (isMissing(figure)) return NONE;
  const size = Math.abs(isMissing(beside) ? figure : beside);
  const power = size < 1_000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(size) / 3));
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: UNITS[power] ?? "byte",
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power === 0 ? 0 : size / 1_000 ** power < 100 ? 2 : 1,
  }).format(figure / 1_000 ** power);
}

/** A part of a whole, of which 1 is all. What is nearly all or nearly nothing does not look like it. */
export const writeShare: Write = (figure, locale) => {
  if (isMissing(figure)) return NONE;
  const edge = figure > 0.999 && figure < 1 ? 3 : figure > 0 && figure < 0.001 ? 3 : 1;
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: edge }).format(figure);
};

/** Milliseconds; from ten seconds on, seconds. */
export const writeMs: Write = (figure, locale) => {
  if (isMissing(figure)) return NONE;
  const isLong = figure >= 10_000;
  const shown = isLong ? figure / 1_000 : figure;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: isLong ? "second" : "millisecond",
    maximumFractionDigits: shown < 100 ? 1 : 0,
  }).format(shown);
};

/** Bits a second, from the bytes of so many seconds. */
export function writeRate(bytes: Maybe, seconds: number, locale?: string): string {
  if (isMissing(bytes)) return NONE;
  const bits = (bytes * 8) / seconds;
  const unit = bits >= 1e9 ? "gigabit" : bits >= 1e6 ? "megabit" : bits >= 1e3 ? "kilobit" : "bit";
  const size = { gigabit: 1e9, megabit: 1e6, kilobit: 1e3, bit: 1 }[unit];
  const written = new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 });
  return `${written.format(bits / size)}/s`;
}

const ZONE = { timeZone: "UTC" } as const;
const DAY = { day: "numeric", month: "short", year: "numeric" } as const;

/** A UTC day. */
export const writeDay = (at: string, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { ...DAY, ...ZONE }).format(new Date(at));

/** The step that begins then: a UTC day, or a time with its zone. */
export function writeStep(at: string, step: Step, locale?: string): string {
  if (step === "day") return writeDay(at, locale);
  return new Intl.DateTimeFormat(locale, {
    ...{ ...DAY, ...ZONE, hour: "2-digit", minute: "2-digit", timeZoneName: "short" },
  }).format(new Date(at));
}

/** A country by its name, where the browser knows it. */
export function writeCountry(code: string, locale?: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? code;
  } catch {
    return code; // what nodes tell need not be a country
  }
}
