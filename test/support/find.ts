import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The first of these programs on the search path; system folders count even where a user's path leaves them out. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  for (const name of names) {
    for (const folder of folders) {
      const file = join(folder, name);
      if (folder !== "" && isExecutable(file)) return file;
    }
  }
  return undefined;
}

/**
 * Why a suite that needs a part does not run, or undefined if it may. Where CI is set nothing may be missing: there it throws.
 */
export function missingPart(part: string, found: boolean, howToGet: string): string | undefined {
  if (found) return undefined;
  const sentence = `did not run: ${part} is not installed (${howToGet})`;
  if (process.env.CI) throw new Error(`This suite ${sentence}. With CI set every part must be there.`);
  return sentence;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
