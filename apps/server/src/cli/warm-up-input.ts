import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readUrlList, textOfList } from "@freshet/core";

import type { Call } from "./command.ts";
import { usage } from "./exits.ts";

/**
 * The body for `POST /warmup/urls` from a file or, for "-" and for no name, from stdin: one URL a line, or JSON as the API takes it.
 * @throws CliError USAGE
 */
export async function readUrls(
  { io }: Call,
  file: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const isInput = file === undefined || file === "-";
  const text = isInput ? await io.input() : await readNamed(resolve(io.cwd, file), file);
  if (text === undefined) throw usage("Name a file with one URL a line, or send them to stdin.");
  const bare = text.replace(/^\uFEFF/, "");
  if (!/^\s*[[{]/.test(bare)) {
    const data = readUrlList(bare);
    if (data.length === 0) throw usage(`${isInput ? "What came on stdin" : file} names no URL.`);
    return { data };
  }
  try {
    const value: unknown = JSON.parse(bare);
    return Array.isArray(value) ? { data: value } : { ...(value as object) };
  } catch {
    throw usage(`${isInput ? "What came on stdin" : file} is not JSON.`);
  }
}

async function readNamed(path: string, name: string): Promise<string> {
  try {
    return textOfList(await readFile(path));
  } catch (error) {
    throw usage(`${name} cannot be read (${String((error as { code?: string }).code)}).`);
  }
}
