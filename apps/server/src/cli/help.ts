import { optionsOf, usageOf } from "./arguments.ts";
import type { Command } from "./command.ts";
import { EXITS } from "./exits.ts";
import { columns } from "./text.ts";

const INTRODUCTION = "freshet: a self-hosted image CDN core that keeps every cache fresh.";

/** What `freshet --help` shows. */
export function helpOfAll(commands: readonly Command[]): string {
  const rows = commands.map(({ name, words, summary }) => [`  ${[name, ...words].join(" ")}`, summary]);
  return [
    INTRODUCTION,
    "",
    columns(rows),
    "",
    "freshet <command> --help explains one.",
    "",
    exitLines(),
  ].join("\n");
}

/** What `freshet <command> --help` shows. */
export function helpOf(command: Command): string {
  const { summary, notes = [], examples } = command;
  const options = Object.entries(optionsOf(command)).map(([name, each]) => [
    `  --${name}${each.value === undefined ? "" : ` <${each.value}>`}`,
    each.summary,
  ]);
  return [
    usageOf(command),
    "",
    summary,
    ...notes.flatMap((note) => ["", note]),
    "",
    "Options:",
    columns(options),
    "",
    "Examples:",
    ...examples.map((example) => `  ${example}`),
    "",
    exitLines(),
  ].join("\n");
}

function exitLines(): string {
  const rows = Object.values(EXITS).map(({ code, sentence }) => [`  ${code}`, sentence]);
  return `Exit codes:\n${columns(rows)}`;
}
