import { readFile } from "node:fs/promises";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../docs/operations");

const readPage = (name: string): Promise<string> => readFile(join(FOLDER, name), "utf8");

/** The first block of this language below a heading of a page; throws where there is none. */
export async function blockOf(page: string, heading: string, language: string): Promise<string> {
  const text = await readPage(page);
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? "";
  const [, block] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(section) ?? [];
  if (block === undefined) throw new Error(`${page} has no ${language} below "${heading}"`);
  return block;
}
