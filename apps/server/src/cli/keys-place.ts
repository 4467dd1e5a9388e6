import { pathStep } from "./api.ts";
import type { Call, OptionSpec } from "./command.ts";

/** Whose keys. */
export const KEYS_OF_OPTION = {
  project: { value: "name", summary: "Keys of this project. Default: those of the whole installation." },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Where the API has the keys that the call means. */
export function keysPath({ option }: Call): string {
  const project = option("project");
  return project === undefined ? "/keys" : `/projects/${pathStep(project)}/keys`;
}
