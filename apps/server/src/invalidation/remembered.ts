import { readFile, rename, writeFile } from "node:fs/promises";
import type { Remembered } from "./ports.ts";

/** Remembers the number in a small file beside the caches; a file that cannot be read counts as 0. */
export function rememberedIn(file: string): Remembered {
  let known = 0;
  let wanted = 0;
  let writing: Promise<void> | undefined;

  // Numbers that arrive while one is written are written as one.
  const save = async (): Promise<void> => {
    try {
      while (known < wanted) {
        const next = wanted;
        await writeFile(`${file}.new`, String(next));
        await rename(`${file}.new`, file);
        known = next;
      }
    } finally {
      writing = undefined;
    }
  };
  return {
    async read() {
      const text = await readFile(file, "utf8").catch(() => "0");
      known = /^\d{1,15}$/.test(text) ? Number(text) : 0;
      wanted = Math.max(wanted, known);
      return known;
    },
    async write(sequence) {
      wanted = Math.max(wanted, sequence);
      if (known < wanted) writing ??= save();
      await writing;
    },
  };
}
