import { type Ratio, STEADY } from "./statistics.ts";

/** Rows under a title, the first of them the head; the first `left` columns begin at the left, the others end at the right. */
export function table(title: string, rows: readonly (readonly string[])[], { left = 1 } = {}): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const padded = (cell: string, column: number) =>
    column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const lines = rows.map((row) => `  ${row.map(padded).join("   ")}`.trimEnd());
  return `${title}\n${lines.join("\n")}`;
}

/** A ratio with half of what the middle half of its rounds spreads over, and a mark where they differ too much. */
export const shown = ({ median: middle, spread }: Ratio): string =>
  `${middle.toFixed(2)}${spread === 0 ? "" : ` ±${(spread * 50).toFixed(0)} %`}${spread > STEADY ? " ~" : ""}`;

export const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
