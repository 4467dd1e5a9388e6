import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../snippets");
const ENDPOINT = "freshet-endpoint.liquid";

/** The snippets that a theme needs, by their paths in it. */
export function snippetsFor(endpoint: string): ReadonlyMap<string, string> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".liquid"));
  return new Map(
    files.toSorted().map((file) => {
      const text = readFileSync(join(FOLDER, file), "utf8");
      return [`snippets/${file}`, file === ENDPOINT ? `${text}${endpoint}\n` : text];
    }),
  );
}

/** Whether a file of a theme is one of ours. */
export function isOurSnippet(path: string): boolean {
  return /^snippets\/freshet-[a-z]+\.liquid$/.test(path);
}
