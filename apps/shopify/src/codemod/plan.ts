import { addPreconnect } from "./preconnect.ts";
import { REFUSALS, type Refusal } from "./refusal.ts";
import { delicateVariables, type Found, type Left, rewriteFile } from "./rewrite-file.ts";
import { namedFilters } from "./sites.ts";
import { isOurSnippet, snippetsFor } from "./snippets.ts";
import type { ThemeFile } from "./theme.ts";

/** A file that is to be written; `before` is undefined for one that is new. */
export interface Change {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** What a theme needs so that its pictures come from the endpoint. */
export interface Plan {
  /** Files that were read. */
  readonly files: number;
  readonly changes: readonly Change[];
  readonly handled: readonly (Found & { readonly path: string })[];
  readonly left: readonly (Left & { readonly path: string; readonly reason: string })[];
}

/** Plans the rewriting of a theme; reads and writes no file of it. Never throws. */
export function planTheme(files: readonly ThemeFile[], endpoint: string): Plan {
  const own = files.filter(({ path }) => !isOurSnippet(path));
  const rendered = own.flatMap(({ path, text }) =>
    text === undefined || path.startsWith("assets/") ? [] : [{ path, text }],
  );
  // A snippet may take apart what another file assigned.
  const delicate = new Map<string, Refusal>(rendered.flatMap(({ text }) => [...delicateVariables(text)]));

  const changes: Change[] = [];
  const handled: Plan["handled"][number][] = [];
  const left: Plan["left"][number][] = [];
  const leave = (path: string, found: Left) =>
    left.push({
      path,
      ...found,
      reason: `${REFUSALS[found.code]}${found.detail ? ` (${found.detail})` : ""}`,
    });

  for (const { path, text } of rendered) {
    const rewritten = rewriteFile(text, delicate);
    for (const found of rewritten.handled) handled.push({ path, ...found });
    for (const found of rewritten.left) leave(path, found);
    if (rewritten.text !== text) changes.push({ path, before: text, after: rewritten.text });
  }
  for (const { path, text, fault } of own) {
    if (fault) leave(path, { line: 1, text: "", code: fault });
    if (text === undefined || !path.startsWith("assets/")) continue;
    for (const { line, found } of inAsset(text)) leave(path, { line, text: found, code: "ASSET_FILE" });
  }

  const isRewritten = handled.length > 0 || files.some(({ path }) => isOurSnippet(path));
  return {
    files: files.length,
    changes: isRewritten ? withSnippets(changes, files, endpoint) : changes,
    handled,
    left,
  };
}

/** Adds the snippets, as they are now, and the connection that layouts open early. */
function withSnippets(
  changes: readonly Change[],
  files: readonly ThemeFile[],
  endpoint: string,
): readonly Change[] {
  const byPath = new Map(changes.map((change) => [change.path, change]));
  const textOf = (path: string) => files.find((file) => file.path === path)?.text;
  for (const { path, text } of files) {
    if (text === undefined || !/^layout\/[^/]+\.liquid$/.test(path)) continue;
    const after = addPreconnect(byPath.get(path)?.after ?? text);
    if (after !== text) byPath.set(path, { path, before: text, after });
  }
  for (const [path, after] of snippetsFor(endpoint)) {
    const before = textOf(path);
    if (before !== after) byPath.set(path, { path, before, after });
  }
  return [...byPath.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function inAsset(text: string): readonly { readonly line: number; readonly found: string }[] {
  return namedFilters(text)
    .filter(({ name }) => name !== "asset_url" && name !== "file_url")
    .map(({ at, name }) => ({ line: text.slice(0, at).split("\n").length, found: name }));
}
