import { readFileSync } from "node:fs";

/** The version of this package, which is that of every package of Freshet. */
export const VERSION: string = readVersion();

function readVersion(): string {
  // One folder up from src and from dist alike.
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
