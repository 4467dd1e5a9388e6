import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Call } from "./command.ts";
import { usage } from "./exits.ts";

/** Settings of a project from a file, or from stdin for "-" and for no name. */
export async function readSettings({ io }: Call, file: string | undefined): Promise<unknown> {
  const isInput = file === undefined || file === "-";
  const text = isInput ? await io.input() : await readNamed(resolve(io.cwd, file), file);
  if (text === undefined) throw usage("Name a file with the settings, or send them to stdin.");
  const place = isInput ? "What came on stdin" : file;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // What JSON.parse says repeats the text, and there may be a secret in it.
    throw usage(`${place} is not JSON.`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw usage(`${place} is no JSON object; write the settings of one project.`);
}

async function readNamed(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw usage(`${name} cannot be read (${String((error as { code?: string }).code)}).`);
  }
}
