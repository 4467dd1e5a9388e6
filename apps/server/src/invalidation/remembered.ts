import { readFile, rename, writeFile } from "node:fs/promises";
import type { Remembered } from "./ports.ts";
import type { Seen } from "./seen.ts";

const NOTHING: Seen = { sequence: 0, entry: undefined };

/** Remembers number and entry in a small file beside the caches; a file that cannot be read counts as 0. */
export function rememberedIn(file: string): Remembered {
  let known = NOTHING;
  let wanted = NOTHING;
  let writing: Promise<void> | undefined;

  // Numbers that arrive while one is written are written as one.
  const save = async (): Promise<void> => {
    try {
      while (known.sequence < wanted.sequence) {
        const next = wanted;
        await writeFile(`${file}.new`, [next.sequence, next.entry ?? ""].join(" ").trimEnd());
        await rename(`${file}.new`, file);
        known = next;
      }
    } finally {
      writing = undefined;
    }
  };
  return {
    async read() {
      const text = await readFile(file, "utf8").catch(() => "");
      const [, sequence, entry] = /^(\d{1,15})(?: (\S{1,100}))?$/.exec(text) ?? [];
      known = sequence === undefined ? NOTHING : { sequence: Number(sequence), entry };
      if (known.sequence > wanted.sequence) wanted = known;
      return known;
    },
    async write(seen) {
      if (seen.sequence > wanted.sequence) wanted = seen;
      if (known.sequence < wanted.sequence) writing ??= save();
      await writing;
    },
  };
}
