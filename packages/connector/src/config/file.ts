import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ConfigFault } from "./fault.ts";
import { isRecord } from "./values.ts";

/** `freshet.config.json`, the same file that the server reads. */
export interface ConfigFile {
  readonly path: string;
  /** Paths in the file count from here. */
  readonly folder: string;
  /** Empty where no file was named and the usual one is not there. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Reads the file that FRESHET_CONFIG names, or the usual one in `folder`. */
export function readConfigFile(env: NodeJS.ProcessEnv, folder: string): ConfigFile {
  const path = resolve(folder, env.FRESHET_CONFIG || "freshet.config.json");
  return { path, folder: dirname(path), values: readValues(path, Boolean(env.FRESHET_CONFIG)) };
}

/** What a section of the file holds, such as `connectors.wordpress`; undefined where it has none. */
export function sectionOf({ values }: ConfigFile, name: string): unknown {
  return isRecord(values.connectors) ? values.connectors[name] : undefined;
}

function readValues(path: string, isNamed: boolean): ConfigFile["values"] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (!isNamed && isRecord(cause) && cause.code === "ENOENT") return {};
    throw new ConfigFault(`${path} cannot be read. Check FRESHET_CONFIG and the file's rights.`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigFault(`${path} is not JSON: ${cause instanceof Error ? cause.message : ""}`, { cause });
  }
  if (!isRecord(value)) throw new ConfigFault(`${path} does not hold a JSON object.`);
  return value;
}
