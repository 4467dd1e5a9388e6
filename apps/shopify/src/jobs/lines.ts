/** The lines of a file of results, read from a byte on, a few at a time: the file itself is never held. */
export interface Lines {
  /** The next lines, fewer than asked for at the end; `end` is the byte behind the last of them. */
  read(most: number): Promise<{ readonly lines: readonly string[]; readonly end: number }>;
  /** Lets go of the connection. */
  close(): Promise<void>;
}

/** Opens the file at a byte where a line begins. */
export type OpenLines = (url: string, offset: number, signal: AbortSignal) => Promise<Lines>;

const LONGEST_LINE = 1_048_576;
const NEW_LINE = 10;

export function createOpenLines(isLocal: boolean, send: typeof fetch = fetch): OpenLines {
  return async (url, offset, signal) => {
    const { protocol, hostname } = new URL(url);
    const isAllowed = isLocal ? /^127(\.\d{1,3}){3}$/.test(hostname) : protocol === "https:";
    if (!isAllowed) throw new Error(`Results of a bulk operation are not read from ${hostname}.`);
    const headers = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const response = await send(url, { headers, signal, redirect: "error" });
    // Behind the last byte there is nothing left.
    if (response.status === 416) return over(offset);
    if (response.status !== 200 && response.status !== 206)
      throw new Error(`The results of the bulk operation answered ${response.status}.`);
    // Who takes no ranges sends it from the start.
    return linesOf(response, offset, response.status === 200 ? offset : 0);
  };
}

const over = (offset: number): Lines => ({
  read: async () => ({ lines: [], end: offset }),
  close: async () => {},
});

function linesOf(response: Response, offset: number, skip: number): Lines {
  const chunks = response.body?.values() ?? [].values();
  let pending: Uint8Array = new Uint8Array();
  let end = offset;
  let left = skip;
  let isOver = false;

  /** Adds a chunk to what is pending; false at the end. */
  const more = async (): Promise<boolean> => {
    const { done, value } = await chunks.next();
    if (done === true) return false;
    const chunk = value as Uint8Array;
    const fresh = chunk.subarray(Math.min(left, chunk.byteLength));
    left -= chunk.byteLength - fresh.byteLength;
    pending = pending.byteLength === 0 ? fresh : Buffer.concat([pending, fresh]);
    if (pending.byteLength > LONGEST_LINE && pending.indexOf(NEW_LINE) < 0)
      throw new Error("A line of the results is too long to be one.");
    return true;
  };
  return {
    async read(most) {
      const lines: string[] = [];
      while (lines.length < most && !isOver) {
        const at = pending.indexOf(NEW_LINE);
        if (at < 0) {
          if (await more()) continue;
          isOver = true;
          if (pending.byteLength === 0) break;
        }
        const length = at < 0 ? pending.byteLength : at + 1;
        const line = Buffer.from(pending.subarray(0, length)).toString("utf8").trim();
        pending = pending.subarray(length);
        end += length;
        if (line !== "") lines.push(line);
      }
      return { lines, end };
    },
    async close() {
      await response.body?.cancel().catch(() => {});
      await chunks.return?.();
    },
  };
}
