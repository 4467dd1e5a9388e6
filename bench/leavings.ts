import { rmSync } from "node:fs";
import { rm, statfs } from "node:fs/promises";

/** Bytes that have to stay free. */
const FREE_BYTES = 24 * 2 ** 30;

const left = new Set<string>();

/**
 * Removes the folder of a server that has ended when the run is over, if there is room until then. Where ext4 makes a file it goes past every
 * one that was removed within the last minutes: what one measurement removes, the next would pay for.
 */
export async function removeLater(folder: string): Promise<void> {
  left.add(folder);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > FREE_BYTES) return;
  left.delete(folder);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

// However it ends.
process.on("exit", () => {
  for (const folder of left) rmSync(folder, { recursive: true, force: true });
});
