// Bundles the embedded pages into pages/dist: index.html, and below assets/ one script and one style sheet named by their content.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const HERE = import.meta.dirname;
const DIST = join(HERE, "dist");

const bundle = await rolldown({ input: join(HERE, "src/main.ts"), platform: "browser" });
const { output } = await bundle.generate({ format: "es", minify: true });
await bundle.close();
const [script] = output;
if (output.length !== 1) throw new Error(`The pages are one script, not ${output.length}.`);

rmSync(DIST, { recursive: true, force: true });
mkdirSync(join(DIST, "assets"), { recursive: true });
const put = (name, end, text) => {
  const file = `${name}-${createHash("sha256").update(text).digest("hex").slice(0, 10)}.${end}`;
  writeFileSync(join(DIST, "assets", file), text);
  return file;
};
const html = readFileSync(join(HERE, "index.html"), "utf8")
  .replace("%SCRIPT%", put("app", "js", script.code))
  .replace("%STYLE%", put("app", "css", readFileSync(join(HERE, "src/pages.css"), "utf8")));
writeFileSync(join(DIST, "index.html"), html);
