/** Rows as columns, each as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join("  "),
    )
    .map((line) => line.trimEnd())
    .join("\n");
}

/**
 * A text of somebody else on a terminal: what could move the cursor, ring or colour is shown as an escape. Line breaks stay only where
 * they are meant.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (letter) => {
    const code = (letter.codePointAt(0) ?? 0).toString(16);
    return `\\u{${code}}`;
  });
}

/** JSON for people and programs alike. */
export const json = (value: unknown): string => JSON.stringify(value, null, 2) ?? "null";
