import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isRecord } from "./json.ts";

/** Key of a project's REST API, or the file in which the server keeps the one it makes at its first start. */
export type ApiKey = { readonly key: string } | { readonly keyFile: string };

/** A fault of the configuration, as a sentence for the person who wrote it. */
export class ConfigFault extends Error {
  readonly code = "CONFIG_WRONG";
}

/**
 * Finds the API key of a project the way the server does: the environment first, for `demo` or the only project. Undefined for a
 * project that the file does not give one: it is set from within Contentful.
 */
export function keyReader(
  file: Readonly<Record<string, unknown>>,
  from: {
    readonly env: NodeJS.ProcessEnv;
    readonly cwd: string;
    readonly folder: string;
    readonly dataFolder: string;
  },
): (project: string, where: string) => ApiKey | undefined {
  const { env, cwd, folder, dataFolder } = from;
  const projects = isRecord(file.projects) ? file.projects : { demo: {} };
  const names = Object.keys(projects);
  const owner = names.includes("demo") ? "demo" : names.length === 1 ? names[0] : undefined;
  return (project, where) => {
    // Projects may also live in the server's store, which this process does not see.
    const entry = Object.hasOwn(projects, project) ? projects[project] : undefined;
    if (entry === undefined) return undefined;
    if (!isRecord(entry)) throw new ConfigFault(`${where} is "${project}", which is no project.`);
    if (project === owner) {
      if (env.FRESHET_API_KEY) return { key: env.FRESHET_API_KEY };
      if (env.FRESHET_API_KEY_FILE)
        return { key: readSecretFile(env.FRESHET_API_KEY_FILE, "FRESHET_API_KEY_FILE", cwd).trim() };
    }
    if (typeof entry.apiKey === "string" && entry.apiKey !== "") return { key: entry.apiKey };
    if (entry.apiKeyFile !== undefined)
      return { key: readSecretFile(entry.apiKeyFile, `projects.${project}.apiKeyFile`, folder).trim() };
    // The server makes a key for demo alone, and perhaps only after this process has started.
    return project === "demo" ? { keyFile: resolve(dataFolder, "demo.key") } : undefined;
  };
}

export function readSecretFile(path: unknown, where: string, folder: string): string {
  if (typeof path !== "string" || path === "") throw new ConfigFault(`${where} is no path.`);
  try {
    return readFileSync(resolve(folder, path), "utf8");
  } catch (cause) {
    throw new ConfigFault(`${where} names ${path}, which cannot be read.`, { cause });
  }
}
