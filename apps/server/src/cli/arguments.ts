import { parseArgs } from "node:util";
import { nearest } from "../config/shape.ts";
import type { Command, OptionSpec } from "./command.ts";
import { usage } from "./exits.ts";

/** A command line, read. */
export interface ReadArguments {
  /** Undefined where the line names no command and asks for help, or is empty. */
  readonly command: Command | undefined;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string | true>;
}

const HELP = { help: { summary: "Shows how the command is used." } } as const;

/** All options of a command, those of every command among them. */
export function optionsOf(command: Command): Readonly<Record<string, OptionSpec>> {
  return { ...command.options, ...HELP };
}

/**
 * Reads a command line by the table of commands. Values of options are repeated in no message: one of them may be a key.
 * @throws CliError USAGE
 */
export function readArguments(argv: readonly string[], commands: readonly Command[]): ReadArguments {
  const known = Object.assign({}, ...commands.map(optionsOf), HELP) as Record<string, OptionSpec>;
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(known).map(([name, { value }]) => [
        name,
        {
          type: value === undefined ? ("boolean" as const) : ("string" as const),
          ...(name === "help" && { short: "h" }),
        },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const all = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  const command = find(all, commands);
  const mine: Readonly<Record<string, OptionSpec>> = command ? optionsOf(command) : known;
  const options = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(mine, token.name) ? mine[token.name] : undefined;
    if (spec === undefined) throw unknownOption(token.name, command, Object.keys(mine));
    if (options.has(token.name) && token.name !== "help")
      throw usage(`--${token.name} stands there twice; keep one.`);
    options.set(token.name, textOf(token, spec));
  }
  const isHelp = options.has("help");
  if (!command) {
    if (all.length > 0) throw unknownCommand(all, commands);
    return { command, words: [], options };
  }
  const words = all.slice(command.name.split(" ").length);
  if (!isHelp) checkCount(command, words);
  return { command, words, options };
}

function find(words: readonly string[], commands: readonly Command[]): Command | undefined {
  const begins = (name: string) => name.split(" ").every((word, at) => words[at] === word);
  return commands
    .filter(({ name }) => begins(name))
    .toSorted((one, other) => other.name.length - one.name.length)[0];
}

interface OptionToken {
  readonly name: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function textOf({ name, value, inlineValue }: OptionToken, spec: OptionSpec): string | true {
  if (spec.value === undefined) {
    if (value !== undefined) throw usage(`--${name} takes no value.`);
    return true;
  }
  if (value === undefined || value === "") throw usage(`--${name} needs a value: --${name} <${spec.value}>.`);
  if (!inlineValue && value.startsWith("-") && value !== "-")
    throw usage(
      `--${name} needs a value. One that begins with a hyphen is written --${name}=<${spec.value}>.`,
    );
  return value;
}

function checkCount(command: Command, words: readonly string[]): void {
  const least = command.words.filter((word) => word.startsWith("<")).length;
  const most = command.words.some((word) => word.includes("..."))
    ? Number.POSITIVE_INFINITY
    : command.words.length;
  if (words.length < least) {
    throw usage(`${command.words[words.length]} is missing. Usage: ${usageOf(command)}`);
  }
  if (words.length > most) throw usage(`That is more than the command takes. Usage: ${usageOf(command)}`);
}

/** One line: how a command is written. */
export function usageOf({ name, words }: Command): string {
  return ["freshet", name, ...words, "[options]"].join(" ");
}

/** `--kye=…`: the name alone is repeated, and no more of it than a name can have. */
function unknownOption(name: string, command: Command | undefined, known: readonly string[]) {
  const shown = /^[\w-]{1,30}$/.test(name) ? `--${name}` : "an option";
  const of = command ? `freshet ${command.name}` : "freshet";
  return usage(`${of} has no option ${shown}; the nearest is --${nearest(name, known)}.`);
}

function unknownCommand(words: readonly string[], commands: readonly Command[]) {
  const names = commands.map(({ name }) => name);
  const group = names.filter((name) => name.startsWith(`${words[0]} `));
  if (group.length > 0 && words.length === 1) {
    return usage(
      `freshet ${words[0]} needs one more word: ${group.map((name) => name.slice(name.indexOf(" ") + 1)).join(", ")}.`,
    );
  }
  const asked = group.length > 0 ? words.slice(0, 2).join(" ") : (words[0] ?? "");
  const shown = /^[\w -]{1,40}$/.test(asked) ? `"freshet ${asked}"` : "such a command";
  const near = nearest(
    asked,
    group.length > 0 ? group : [...names, ...names.map((name) => name.split(" ")[0] ?? "")],
  );
  return usage(
    `There is no ${shown.replace(/^such a/, "such")}; the nearest is "freshet ${near}". freshet --help lists all.`,
  );
}
