import { Readable } from "node:stream";
import type { LogView } from "./views.ts";

/** Forms in which a log can be taken away. */
export const EXPORT_FORMATS = ["csv", "ndjson"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const MEDIA: Readonly<Record<ExportFormat, string>> = {
  csv: "text/csv; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
};

/** What a program that calculates with tables takes for a formula, also behind blanks (OWASP, "CSV Injection"). */
const FORMULA = /^\s*[=+\-@|%\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u;

/**
 * One cell of RFC 4180. Texts of strangers stay texts: what would begin a formula gets an apostrophe in front, as those programs write it
 * themselves. Numbers are left as they are.
 */
export function cellOf(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n;\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Pages of rows as one stream, made as fast as it is read. */
export function exportOf(
  format: ExportFormat,
  columns: readonly string[],
  pages: AsyncIterable<readonly LogView[]>,
): Readable {
  const lines = async function* () {
    if (format === "csv") yield `${columns.join(",")}\r\n`;
    for await (const rows of pages) {
      const some = rows.map((row) =>
        format === "csv"
          ? `${columns.map((name) => cellOf(row[name])).join(",")}\r\n`
          : `${JSON.stringify(row)}\n`,
      );
      if (some.length > 0) yield some.join("");
    }
  };
  return Readable.from(lines(), { objectMode: false });
}
