import type { Surroundings } from "./surroundings.ts";

/** One option of a command. Equal names mean the same in every command. */
export interface OptionSpec {
  /** What stands behind it; absent for one that is on or off. */
  readonly value?: string;
  readonly summary: string;
}

/** What a command is given. */
export interface Call {
  /** What stands behind the command's name, options aside; as many as the command takes. */
  readonly words: readonly string[];
  /** The text of an option; undefined where it was not written. */
  option(name: string): string | undefined;
  isOn(name: string): boolean;
  readonly io: Surroundings;
}

/** What a command answers with: the same for people and for programs. */
export interface Outcome {
  /** For people, without a final line break; "" for nothing. */
  readonly text: string;
  /** For programs. */
  readonly json: unknown;
}

/** One command of `freshet`. Help, reference and the reading of arguments come from it. */
export interface Command {
  /** Its words, e.g. "projects list". */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments, e.g. "<name>"; "[file]" may be left out, "<path>..." may be repeated. */
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** What else a reader has to know; each is a paragraph. */
  readonly notes?: readonly string[];
  readonly examples: readonly string[];
  /**
   * Resolves to its outcome, or to undefined where the process lives on (`serve`).
   * @throws CliError
   */
  run(call: Call): Promise<Outcome | undefined>;
}

export const JSON_OPTION = {
  json: { summary: "Writes one JSON value to stdout, and nothing else there." },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Options of commands that talk to a server. */
export const SERVER_OPTIONS = {
  server: {
    value: "address",
    summary: "Address of the server. Default: FRESHET_SERVER, else http://127.0.0.1:8080.",
  },
  "key-file": {
    value: "file",
    summary: "File that holds the API key. Default: FRESHET_API_KEY or FRESHET_API_KEY_FILE.",
  },
  key: {
    value: "key",
    summary:
      "The API key itself. Better not: other users of the machine can read command lines, and shells keep them.",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const PROJECT_OPTION = {
  project: { value: "name", summary: "Which project; needed with a key of the whole installation." },
} as const satisfies Readonly<Record<string, OptionSpec>>;
