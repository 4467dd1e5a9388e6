const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How long it took from one moment to another, such as "12 ms", "2.3 s" or "3 min 5 s"; "" where one of them is no time. */
export function writeSpan(from: string | undefined, to: string | undefined): string {
  const ms = Date.parse(to ?? "") - Date.parse(from ?? "");
  if (Number.isNaN(ms)) return "";
  const span = Math.max(0, ms);
  if (span < SECOND) return `${span.toLocaleString()} ms`;
  if (span < MINUTE) {
    return `${(span / SECOND).toLocaleString(undefined, { maximumFractionDigits: 1 })} s`;
  }
  const minutes = Math.floor(span / MINUTE);
  const seconds = Math.round((span % MINUTE) / SECOND);
  return `${minutes.toLocaleString()} min${seconds === 0 ? "" : ` ${seconds} s`}`;
}
