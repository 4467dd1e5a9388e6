import { parseArgs } from "node:util";
import { writePatch } from "./patch.ts";
import { type Plan, planTheme } from "./plan.ts";
import { isTheme, readTheme } from "./theme.ts";
import { applyChanges, undoChanges } from "./write.ts";

/** How the command ends. */
export const EXITS = { OK: 0, FAILED: 1, USAGE: 2 } as const;

/** What the command touches of its process. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
}

const HELP = `freshet-theme rewrites a Shopify theme so that its pictures come from Freshet.

  freshet-theme rewrite <theme> --endpoint <address> [--write] [--json]
  freshet-theme undo <theme> [--json]

rewrite   shows what would change, as a unified diff, and lists what stays as it is, and why. Changes nothing without --write.
undo      takes back what the last rewrite wrote; again, what the one before wrote.

  --endpoint <address>   where delivery URLs begin, such as https://img.example.com
  --write                writes the files, after <theme>/.freshet/undo-<n>.patch, which takes them back
  --dry-run              writes nothing (as without --write)
  --json                 answers with JSON
  --help                 shows this

<theme> is a folder as "shopify theme pull" makes it. A theme that is rewritten already stays as it is. To switch the pictures back to
Shopify without undoing anything, empty snippets/freshet-endpoint.liquid.

Ends with 0; with 1 if something failed, or a file could not be restored; with 2 if the command was not understood.
`;

class UsageError extends Error {}

/** Runs the command; answers how the process ends. Never throws. */
export function runThemeCommand(args: readonly string[], io: CommandIo): number {
  try {
    const { values, positionals } = readArguments(args);
    if (values.help || positionals[0] === "help") {
      io.out(HELP);
      return EXITS.OK;
    }
    const [verb, root, ...more] = positionals;
    if (verb !== "rewrite" && verb !== "undo")
      throw new UsageError(verb === undefined ? "Say rewrite or undo." : `There is no command ${verb}.`);
    if (root === undefined) throw new UsageError("Name the folder of the theme.");
    if (more.length > 0) throw new UsageError(`One theme at a time: ${more[0]} is one too many.`);
    if (!isTheme(root))
      throw new UsageError(`${root} is no theme: it has no folder layout, sections or templates.`);
    if (verb === "undo") return undo(root, values.json === true, io);
    if (values.write && values["dry-run"]) throw new UsageError("--write and --dry-run exclude each other.");
    return rewrite(root, readEndpoint(values.endpoint), values.write === true, values.json === true, io);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    io.err(error instanceof UsageError ? `${message} See freshet-theme --help.\n` : `${message}\n`);
    return error instanceof UsageError ? EXITS.USAGE : EXITS.FAILED;
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        endpoint: { type: "string" },
        write: { type: "boolean" },
        "dry-run": { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split(". ");
    throw new UsageError(`${sentence?.replace(/\.$/, "")}.`);
  }
}

/** An address without a slash at its end. What would end a text of Liquid or of HTML has no place in it. */
function readEndpoint(text: string | undefined): string {
  if (text === undefined) throw new UsageError("--endpoint is missing.");
  const url = URL.parse(text);
  const isPlain =
    url && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "" && url.username === "";
  if (!isPlain || /[\s'"<>{}%|]/.test(text))
    throw new UsageError(`--endpoint ${text} is no address such as https://img.example.com.`);
  return url.href.replace(/\/+$/, "");
}

function rewrite(root: string, endpoint: string, isWriting: boolean, isJson: boolean, io: CommandIo): number {
  const plan = planTheme(readTheme(root), endpoint);
  const undoFile = isWriting && plan.changes.length > 0 ? applyChanges(root, plan.changes) : undefined;
  if (isJson) {
    const { files, handled, left, changes } = plan;
    const written = changes.map(({ path, before }) => ({ path, isNew: before === undefined }));
    io.out(
      `${JSON.stringify({ files, handled, left, changes: written, diff: writePatch(changes), undo: undoFile ?? null }, null, 2)}\n`,
    );
    return EXITS.OK;
  }
  if (!isWriting) io.out(writePatch(plan.changes));
  io.err(summary(plan, isWriting, undoFile));
  return EXITS.OK;
}

function summary(
  { files, handled, left, changes }: Plan,
  isWriting: boolean,
  undoFile: string | undefined,
): string {
  const lines = left.map(
    ({ path, line, code, reason, text }) => `${path}:${line}: ${code}: ${reason}\n    ${text}`,
  );
  if (lines.length > 0) lines.unshift(`${lines.length} stay as they are:`);
  lines.push(
    `${files} files read, ${handled.length} chains rewritten, ${left.length} left, ${changes.length} files ${isWriting ? "written" : "to write"}.`,
  );
  if (undoFile) lines.push(`${undoFile} takes it back: freshet-theme undo.`);
  else if (!isWriting && changes.length > 0) lines.push("Nothing was written; --write does.");
  return `${lines.join("\n")}\n`;
}

function undo(root: string, isJson: boolean, io: CommandIo): number {
  const undone = undoChanges(root);
  if (!undone) throw new Error(`There is nothing to take back in ${root}.`);
  const edited = undone.files.filter(({ outcome }) => outcome === "edited");
  if (isJson) io.out(`${JSON.stringify(undone, null, 2)}\n`);
  else {
    for (const { path } of edited)
      io.err(`${path} was edited since, where it was rewritten; it stays as it is.\n`);
    io.err(`${undone.files.length - edited.length} of ${undone.files.length} files restored.\n`);
  }
  return edited.length > 0 ? EXITS.FAILED : EXITS.OK;
}
