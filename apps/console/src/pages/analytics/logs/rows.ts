/** A row of a log; what of it is there differs from log to log. */
export interface LogRow {
  readonly project: string;
  readonly url: string;
  readonly at?: string;
  readonly original?: string;
  readonly origin?: string;
  readonly status?: number | null;
  readonly code?: string;
  readonly format?: string;
  readonly via?: "instance" | "node";
  readonly node?: string;
  readonly source?: string;
  readonly cache?: string;
  readonly referrer?: string;
  readonly country?: string;
  readonly ms?: number | null;
  readonly dns_ms?: number | null;
  readonly connect_ms?: number | null;
  readonly first_byte_ms?: number | null;
  readonly bytes?: number | null;
  readonly bytes_in?: number | null;
  readonly bytes_out?: number | null;
  readonly first_at?: string;
  readonly last_at?: string;
  readonly hits?: number;
  readonly count?: number;
}

/** A key for each row: equal rows, which a log may have, are told apart by their number. */
export function keysOf(rows: readonly LogRow[]): readonly string[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const text = JSON.stringify(row);
    const number = seen.get(text) ?? 0;
    seen.set(text, number + 1);
    return `${text} ${number}`;
  });
}
