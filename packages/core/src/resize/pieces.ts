import { setImmediate } from "node:timers/promises";

/** As many pixels as are done in a few milliseconds: other work of the process waits no longer than that. */
const PIECE = 2 ** 17;

/** Goes over rows in pieces and lets the process breathe between them. Throws a timeout when the time is up. */
export async function inPieces(
  { width, height }: { readonly width: number; readonly height: number },
  deadline: number,
  work: (fromRow: number, toRow: number) => void,
  multiple = 1,
): Promise<void> {
  const rows = Math.max(1, Math.floor(PIECE / width / multiple)) * multiple;
  for (let row = 0; row < height; row += rows) {
    if (row > 0) await setImmediate();
    if (performance.now() > deadline) throw new Error("timeout");
    work(row, Math.min(height, row + rows));
  }
}
