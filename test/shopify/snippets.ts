import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The snippets that a theme gets. */
const SNIPPETS = join(import.meta.dirname, "../../apps/shopify/snippets");

/** Their texts by name, with the address that delivery URLs begin with. */
export function snippetsFor(endpoint: string): Record<string, string> {
  const texts = readdirSync(SNIPPETS).map((file) => [
    file.replace(/\.liquid$/, ""),
    readFileSync(join(SNIPPETS, file), "utf8"),
  ]);
  const all: Record<string, string> = Object.fromEntries(texts);
  return { ...all, "freshet-endpoint": `${all["freshet-endpoint"]}${endpoint}\n` };
}
