import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { relative } from "node:path";

/**
 * One script out of an npm package's CommonJS files, as any bundler would make it: each file stays as it is published
 * and becomes a function, style sheets are added to the page.
 */
export async function bundle(entry: string, folder: string): Promise<string> {
  const files = new Map<string, string>();
  const add = async (file: string): Promise<void> => {
    if (files.has(file)) return;
    files.set(file, "");
    const text = await readFile(file, "utf8");
    files.set(file, file.endsWith(".css") ? styleModule(text) : scriptModule(text, file));
    if (!file.endsWith(".css")) for (const wanted of requiredBy(text, file).values()) await add(wanted);
  };
  const name = (file: string) => JSON.stringify(relative(folder, file));
  const scriptModule = (text: string, file: string) => {
    const known = [...requiredBy(text, file)].map(
      ([word, wanted]) => `${JSON.stringify(word)}:${name(wanted)}`,
    );
    return `[{${known.join()}},function(require,module,exports){${text}\n}]`;
  };
  await add(entry);
  const table = [...files].map(([file, code]) => `${name(file)}:${code}`).join(",\n");
  return `(() => {
const files = {${table}};
const loaded = {};
const load = (file) => {
  if (loaded[file]) return loaded[file].exports;
  const module = loaded[file] = { exports: {} };
  const [known, run] = files[file];
  run((word) => load(known[word]), module, module.exports);
  return module.exports;
};
load(${name(entry)});
})();`;
}

function requiredBy(text: string, file: string): ReadonlyMap<string, string> {
  const { resolve } = createRequire(file);
  const words = [...text.matchAll(/\brequire\((["'])([^"']+)\1\)/g)].map(([, , word = ""]) => word);
  return new Map(words.map((word) => [word, resolve(word)]));
}

function styleModule(text: string): string {
  return `[{},function(){document.head.appendChild(document.createElement("style")).textContent=${JSON.stringify(text)}}]`;
}
