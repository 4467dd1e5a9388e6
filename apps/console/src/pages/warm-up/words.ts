const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Bytes in the unit that reads best. */
export function writeBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const unit = UNITS[power] ?? "byte";
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit,
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1_000 ** power);
}

/** A span of seconds, as coarse as anybody wants to know it. */
export function writeSpan(seconds: number): string {
  const [value, unit] =
    seconds < 90
      ? [seconds, "second"]
      : seconds < 5_400
        ? [seconds / 60, "minute"]
        : [seconds / 3_600, "hour"];
  return new Intl.NumberFormat(undefined, {
    ...{ style: "unit", unit: unit as string, unitDisplay: "long" },
    maximumFractionDigits: unit === "hour" ? 1 : 0,
  }).format(Math.max(1, value as number));
}
