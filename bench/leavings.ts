import { rmSync } from "node:fs";
import { rm, statfs } from "node:fs/promises";

/** Bytes that have to stay free. */
const FREE_BYTES = 24 * 2 ** 30;

const left = new Set<string>();
let tell: ((folder: string) => void) | undefined;

/**
 * Removes the folder of a server that has ended when the run is over, if there is room until then. Where ext4 makes a file it goes past every
 * one that was removed within the last minutes: what one measurement removes, the next would pay for.
 */
export async function removeLater(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  removeAtTheEnd(folder);
  if (bavail * bsize > FREE_BYTES) return;
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes a folder when this process ends, or tells of it where the run goes on after this process. */
export function removeAtTheEnd(folder: string): void {
  if (tell) tell(folder);
  else left.add(folder);
}

/** Has somebody told of what is to be removed, who lives as long as the run. */
export function tellOfLeavings(how: (folder: string) => void): void {
  tell = how;
}

// However it ends.
process.on("exit", () => {
  for (const folder of left) rmSync(folder, { recursive: true, force: true });
});
