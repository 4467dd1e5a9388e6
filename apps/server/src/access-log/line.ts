/** One answer, as the access log tells of it. Absent is not written. */
export interface AccessLine {
  readonly method: string;
  readonly host: string | undefined;
  /** Request target as it was sent: path and query. */
  readonly path: string;
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
  readonly from: string;
  /** `Freshet-Stamp`. */
  readonly stamp?: number | undefined;
  /** Milliseconds until the answer was ready. */
  readonly duration: number;
  readonly project?: string | undefined;
  /** Code of a placeholder. */
  readonly error?: string | undefined;
}

/** Longer texts are cut: a client writes what it likes. */
const LONGEST_PATH = 4_096;
const LONGEST_NAME = 255;

/**
 * A line but for its beginning, which is the time: the rest of a JSON object, and the end of the line. Whatever a client sent, it
 * is one line of ASCII: control characters, quotes and everything beyond ASCII are escaped.
 */
export function restOfLine(line: AccessLine): string {
  const { method, host, path, status, bytes, from, stamp, duration, project, error } = line;
  const written = JSON.stringify({
    method: cut(method, LONGEST_NAME),
    host: host === undefined ? undefined : cut(host, LONGEST_NAME),
    path: cut(path, LONGEST_PATH),
    ...{ status, bytes, from, stamp },
    duration: Math.round(duration * 10) / 10,
    ...{ project, error },
  });
  return `,${ascii(written.slice(1))}\n`;
}

/** The same for a text alone. */
export const quoted = (text: string): string => ascii(JSON.stringify(text));

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}…` : text);

const ascii = (text: string) =>
  text.replace(/[\x7f-\uffff]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
