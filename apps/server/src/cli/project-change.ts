import { type Api, pathStep, recordOf, shownOf } from "./api.ts";
import type { Call, OptionSpec, Outcome } from "./command.ts";
import { CliError, usage } from "./exits.ts";

// What commands that change a project have in common.

export const NOTE_OPTION = {
  note: { value: "text", summary: "Why, for whoever reads the versions." },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const IF_VERSION_OPTION = {
  "if-version": {
    value: "number",
    summary:
      "The version that was read: the change is refused if somebody else was faster. Default: the one in force now.",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What to send in If-Match. A project of the configuration file has no version, and nothing to change here. */
export async function etagFor({ option }: Call, api: Api, name: string): Promise<string> {
  const version = option("if-version");
  if (version !== undefined) {
    if (!/^[1-9]\d{0,14}$/.test(version)) throw usage("--if-version is the number of a version, such as 4.");
    return `"${version}"`;
  }
  const { etag } = await api.ask("GET", `/projects/${pathStep(name)}`);
  if (etag !== undefined) return etag;
  throw new CliError("FAILED", "This project is written in the configuration file. Change it there.", {
    code: "PROJECT_READ_ONLY",
  });
}

/** What is said of a change that the server has made. */
export function outcomeOfChange(what: string, body: unknown): Outcome {
  const { name, version } = recordOf(body);
  return { text: `${shownOf(name)}: version ${shownOf(version)} ${what}.`, json: body };
}
