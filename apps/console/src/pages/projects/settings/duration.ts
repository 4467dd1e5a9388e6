const UNITS = [
  ["year", 31_536_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** Seconds in the largest unit that they are a whole number of, or about one of. */
export function duration(seconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? UNITS[4];
  const count = seconds / size;
  const about = Number.isInteger(count) ? "" : "about ";
  return (
    about +
    new Intl.NumberFormat(undefined, {
      style: "unit",
      unit,
      unitDisplay: "long",
      maximumFractionDigits: 1,
    }).format(count)
  );
}
