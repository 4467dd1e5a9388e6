const NUMBER = new Intl.NumberFormat();

/** Bytes as people read them: "22.4 kB". */
export function writeBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const format = new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: step === 0 ? 0 : 1,
  });
  return format.format(bytes / 1_000 ** step);
}

export function writeMs(ms: number): string {
  const digits = ms < 10 ? 1 : 0;
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: "millisecond",
    unitDisplay: "short",
    maximumFractionDigits: digits,
  }).format(ms);
}

export const writeShare = (share: number): string =>
  new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 }).format(share);

export const writeSize = (width: number, height: number): string =>
  `${NUMBER.format(width)} × ${NUMBER.format(height)}`;
