import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ConfigFault } from "./fault.ts";
import type { ConfigFile } from "./file.ts";
import { isRecord, readSecretFile } from "./values.ts";

/** Key of a project's REST API, or the file in which the server keeps the one it makes at its first start. */
export type ApiKey = { readonly key: string } | { readonly keyFile: string };

/** The projects of the configuration file, and their keys. */
export interface ProjectKeys {
  readonly names: readonly string[];
  /** Undefined for a project that the file gives none: it may live in the server's store, which this process does not see. */
  of(project: string): ApiKey | undefined;
}

/** Finds keys the way the server does: the environment first, for `demo` or the only project. `cwd` is where its paths count from. */
export function projectKeys(file: ConfigFile, env: NodeJS.ProcessEnv, cwd: string): ProjectKeys {
  const projects = isRecord(file.values.projects) ? file.values.projects : { demo: {} };
  const names = Object.keys(projects);
  const owner = names.includes("demo") ? "demo" : names.length === 1 ? names[0] : undefined;
  return {
    names,
    of(project) {
      const entry = Object.hasOwn(projects, project) ? projects[project] : undefined;
      if (entry === undefined) return undefined;
      if (!isRecord(entry)) throw new ConfigFault(`projects.${project} is not an object.`);
      if (project === owner) {
        if (env.FRESHET_API_KEY) return { key: env.FRESHET_API_KEY };
        if (env.FRESHET_API_KEY_FILE)
          return { key: readSecretFile(env.FRESHET_API_KEY_FILE, "FRESHET_API_KEY_FILE", cwd).trim() };
      }
      if (typeof entry.apiKey === "string" && entry.apiKey !== "") return { key: entry.apiKey };
      if (entry.apiKeyFile !== undefined)
        return {
          key: readSecretFile(entry.apiKeyFile, `projects.${project}.apiKeyFile`, file.folder).trim(),
        };
      // The server makes a key for demo alone, and perhaps only after this process has started.
      return project === "demo"
        ? { keyFile: resolve(cwd, env.FRESHET_DATA || ".freshet", "demo.key") }
        : undefined;
    },
  };
}

/** The key as it is now; undefined while the server has not made it. */
export async function readApiKey(apiKey: ApiKey): Promise<string | undefined> {
  if ("key" in apiKey) return apiKey.key;
  const text = await readFile(apiKey.keyFile, "utf8").catch(() => undefined);
  return text?.trim();
}
