import { isInvalidationError } from "@freshet/core";
import { isStoreError } from "@freshet/store";
import { ConfigError } from "../config.ts";
import { DataFolderInUse } from "../data-folder.ts";
import { readArguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { CliError, EXITS } from "./exits.ts";
import { helpOf, helpOfAll } from "./help.ts";
import { fromInvalidation } from "./invalidation-errors.ts";
import type { Surroundings } from "./surroundings.ts";
import { json } from "./text.ts";

/**
 * Runs a command line to its end and resolves to the exit code; undefined where the process lives on. It never rejects: what goes wrong is
 * a sentence on stderr, and with --json an object on stdout too.
 */
export async function dispatch(
  argv: readonly string[],
  commands: readonly Command[],
  io: Surroundings,
): Promise<number | undefined> {
  // Before the line is understood: whoever asks for JSON wants the fault in JSON too.
  let isJson = argv.includes("--json");
  try {
    const { command, words, options } = readArguments(argv, commands);
    isJson = options.has("json");
    if (!command || options.has("help")) {
      const help = command ? helpOf(command) : helpOfAll(commands);
      const isAsked = options.has("help");
      if (!isAsked) throw new CliError("USAGE", help);
      await io.out(`${help}\n`);
      return EXITS.OK.code;
    }
    const textOf = (name: string) => {
      const value = options.get(name);
      return typeof value === "string" ? value : undefined;
    };
    const outcome = await command.run({ words, option: textOf, isOn: (name) => options.has(name), io });
    if (outcome === undefined) return undefined;
    const shown = isJson ? json(outcome.json) : outcome.text;
    if (shown !== "") await io.out(`${shown}\n`);
    return EXITS.OK.code;
  } catch (error) {
    const fault = faultOf(error);
    io.err(`${fault.message}\n`);
    if (isJson) await io.out(`${json(viewOf(fault))}\n`);
    return EXITS[fault.exit].code;
  }
}

function viewOf({ exit, code, message, partial }: CliError): object {
  const error = { exit: EXITS[exit].code, code: code ?? exit, message };
  return typeof partial === "object" && partial !== null ? { ...partial, error } : { error };
}

function faultOf(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (isInvalidationError(error)) return fromInvalidation(error);
  if (error instanceof ConfigError || error instanceof DataFolderInUse) {
    return new CliError("FAILED", error.message);
  }
  if (isStoreError(error)) {
    return new CliError(error.code === "STORE_GONE" ? "UNREACHABLE" : "FAILED", error.message, {
      code: error.code,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new CliError("FAILED", `Something broke: ${reason}`);
}
