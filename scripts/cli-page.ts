import { optionsOf, usageOf } from "../apps/server/dist/cli/arguments.js";
import type { Command } from "../apps/server/dist/cli/command.js";
import { COMMANDS } from "../apps/server/dist/cli/commands.js";
import { CLI_ENVIRONMENT } from "../apps/server/dist/cli/connection.js";
import { EXITS } from "../apps/server/dist/cli/exits.js";
import { code, page, table } from "./markdown.ts";

/** The page of the `freshet` command, from its table of commands. */
export function cliPage(): string {
  return page(
    "The freshet command",
    `\`npx freshet <command>\` or \`npm run --silent freshet -- <command>\` in the repository. The result goes to stdout, everything else to
stderr. With \`--json\` stdout holds one JSON value: the result, or \`{"error": {"exit",
"code", "message"}}\` with what is known besides. Codes are those of the [table of errors](errors.md), or the name of the exit.`,
    `## Exit codes

${table(
  ["exit", "name", "meaning"],
  Object.entries(EXITS).map(([name, { code: number, sentence }]) => [String(number), code(name), sentence]),
)}`,
    `## Environment

Commands that talk to a server read these; options win. \`serve\`, \`config\` and \`migrate\` read what the
[server reads](config.md), for which \`FRESHET_API_KEY\` is the key that it takes.

${table(
  ["variable", "what it is for"],
  Object.entries(CLI_ENVIRONMENT).map(([name, purpose]) => [code(name), purpose]),
)}`,
    ...COMMANDS.map(section),
  );
}

function section(command: Command): string {
  const { name, summary, notes = [], examples } = command;
  const options = Object.entries(optionsOf(command)).map(([option, each]) => [
    code(`--${option}${each.value === undefined ? "" : ` <${each.value}>`}`),
    each.summary,
  ]);
  return [
    `## ${name}`,
    `\`${usageOf(command)}\``,
    summary,
    ...notes.map((note) => note.replaceAll("*", "\\*").replaceAll("_", "\\_")),
    table(["option", "what it does"], options),
    `\`\`\`\n${examples.join("\n")}\n\`\`\``,
  ].join("\n\n");
}
