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

/** Rows of one piece, which is some 15 kB: how slow somebody may read is said in pieces. */
const PIECE = 50;
/** Milliseconds after which a piece that nobody took ends the file. */
const STALL_MS = 30_000;

/**
 * Pages of rows as one stream, made as fast as it is read. It ends after a page, found or not, once `signal` says that nobody wants it any more,
 * and by itself when it is not read for so long.
 */
export function exportOf(
  format: ExportFormat,
  columns: readonly string[],
  pages: AsyncIterable<readonly LogView[]>,
  { signal, stallMs = STALL_MS }: { readonly signal: AbortSignal; readonly stallMs?: number },
): Readable {
  const lineOf = (row: LogView) =>
    format === "csv"
      ? `${columns.map((name) => cellOf(row[name])).join(",")}\r\n`
      : `${JSON.stringify(row)}\n`;
  const pieces = async function* () {
    if (format === "csv") yield `${columns.join(",")}\r\n`;
    for await (const rows of pages) {
      if (signal.aborted) return;
      for (let at = 0; at < rows.length; at += PIECE)
        yield rows
          .slice(at, at + PIECE)
          .map(lineOf)
          .join("");
    }
  };
  const inTime = async function* () {
    for await (const piece of pieces()) {
      const timer = setTimeout(() => stream.destroy(new Error("Nobody reads the export.")), stallMs).unref();
      try {
        yield piece;
      } finally {
        clearTimeout(timer);
      }
    }
  };
  const stream = Readable.from(inTime(), { objectMode: false });
  return stream;
}
