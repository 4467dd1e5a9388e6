import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isRecord } from "./event.ts";
import { readSite, type Site } from "./site.ts";

/** One site of the configuration, with everything needed to serve it. */
export interface SiteConfig {
  readonly site: Site;
  /** Newest first; more than one while they are exchanged. */
  readonly secrets: readonly string[];
  /** `plugin`: the site tells what changed. `head`: it has no plugin, and its files are looked at from outside. */
  readonly mode: "plugin" | "head";
  /** Requests to a site without the plugin. */
  readonly requestsPerSecond: number;
  /** Seconds from the end of a walk over everything to the next. */
  readonly reconcileSeconds: number;
  readonly project: string;
  readonly apiKey: ApiKey;
}

/** Key of a project's REST API, or the file in which the server keeps the one it makes at its first start. */
export type ApiKey = { readonly key: string } | { readonly keyFile: string };

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Folder of this connector's own state. */
  readonly dataFolder: string;
  /** This connector's name at the server. */
  readonly name: string;
  /** Address under which the server reaches this connector; undefined is the one it listens at. */
  readonly address: string | undefined;
  /** Address of the Freshet server, without a slash at the end. */
  readonly server: string;
  readonly sites: readonly SiteConfig[];
}

/** A fault of the configuration, as a sentence for the person who wrote it. */
export class ConfigFault extends Error {
  readonly code = "CONFIG_WRONG";
}

const SHORTEST_SECRET = 16;
const SITE_KEYS = [
  ...["site", "secret", "secretFile", "project"],
  ...["mode", "requestsPerSecond", "reconcileSeconds"],
];
const REQUESTS_PER_SECOND = 10;
/** The walk is all that a site without the plugin has. */
const RECONCILE_SECONDS = { plugin: 21_600, head: 3_600 };

/**
 * The effective configuration: `freshet.config.json`, the same file the server reads, and the environment, which wins.
 * Throws a `ConfigFault` for the first thing that is wrong. Reads the environment and files once; nobody else does.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, folder: string = process.cwd()): Config {
  const path = resolve(folder, env.FRESHET_CONFIG || "freshet.config.json");
  const dataFolder = resolve(folder, env.FRESHET_DATA || ".freshet");
  const file = readConfigFile(path, Boolean(env.FRESHET_CONFIG));
  const listed = isRecord(file.connectors) ? file.connectors.wordpress : undefined;
  if (!Array.isArray(listed) || listed.length === 0) {
    throw new ConfigFault(
      `${path} names no WordPress site. Add "connectors": {"wordpress": [{"site": "http://…", "secretFile": "…", "project": "demo"}]}.`,
    );
  }
  const keyOf = keyReader(file, { env, cwd: folder, folder: dirname(path), dataFolder });
  const sites = listed.map((entry, index) => readSiteEntry(entry, index, dirname(path), keyOf));
  const twice = sites.find((each, i) => sites.findIndex((other) => other.site.id === each.site.id) !== i);
  if (twice) throw new ConfigFault(`connectors.wordpress names ${twice.site.id} twice. Keep one of them.`);
  return {
    host: env.FRESHET_HOST || "127.0.0.1",
    port: readPort(env.FRESHET_WORDPRESS_PORT || "8081", "FRESHET_WORDPRESS_PORT", 0),
    dataFolder: resolve(dataFolder, "wordpress"),
    name: readName(env.FRESHET_WORDPRESS_NAME || "wordpress"),
    address: env.FRESHET_WORDPRESS_URL
      ? readAddress(env.FRESHET_WORDPRESS_URL, "FRESHET_WORDPRESS_URL", "this connector")
      : undefined,
    server: readAddress(
      env.FRESHET_URL || `http://127.0.0.1:${readPort(env.PORT || "8080", "PORT", 1)}`,
      "FRESHET_URL",
      "the Freshet server",
    ),
    sites,
  };
}

function readConfigFile(path: string, isNamed: boolean): Readonly<Record<string, unknown>> {
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

function readSiteEntry(
  entry: unknown,
  index: number,
  folder: string,
  keyOf: (project: string, where: string) => ApiKey,
): SiteConfig {
  const where = `connectors.wordpress[${index}]`;
  if (!isRecord(entry)) throw new ConfigFault(`${where} is not an object.`);
  const unknown = Object.keys(entry).find((key) => !SITE_KEYS.includes(key));
  if (unknown !== undefined) {
    throw new ConfigFault(`${where}.${unknown} is unknown. A site takes ${SITE_KEYS.join(", ")}.`);
  }
  const site = readSite(entry.site);
  if (site === undefined) {
    throw new ConfigFault(`${where}.site is no address of a site. Write it like "https://site.example".`);
  }
  const { project = "demo" } = entry;
  if (typeof project !== "string" || project === "") {
    throw new ConfigFault(`${where}.project is no project's name.`);
  }
  const { mode = "plugin" } = entry;
  if (mode !== "plugin" && mode !== "head") {
    throw new ConfigFault(`${where}.mode is neither "plugin" nor "head".`);
  }
  if (mode === "head" && (entry.secret ?? entry.secretFile) !== undefined) {
    throw new ConfigFault(
      `${where} has a secret, which nobody knows on a site without the plugin. Remove it.`,
    );
  }
  return {
    ...{ site, mode, project, apiKey: keyOf(project, `${where}.project`) },
    secrets: mode === "head" ? [] : readSecrets(entry, where, folder),
    requestsPerSecond: readNumber(entry.requestsPerSecond, `${where}.requestsPerSecond`, {
      ...{ usual: REQUESTS_PER_SECOND, least: 1, most: 200 },
    }),
    reconcileSeconds: readNumber(entry.reconcileSeconds, `${where}.reconcileSeconds`, {
      ...{ usual: RECONCILE_SECONDS[mode], least: 10, most: 2_592_000 },
    }),
  };
}

function readNumber(
  value: unknown,
  where: string,
  range: { readonly usual: number; readonly least: number; readonly most: number },
): number {
  if (value === undefined) return range.usual;
  if (Number.isSafeInteger(value) && (value as number) >= range.least && (value as number) <= range.most) {
    return value as number;
  }
  throw new ConfigFault(`${where} is no whole number from ${range.least} to ${range.most}.`);
}

/** A secret file may hold two lines, the new secret and the old one, while they are exchanged. */
function readSecrets(
  entry: Readonly<Record<string, unknown>>,
  where: string,
  folder: string,
): readonly string[] {
  const { secret, secretFile } = entry;
  if ((secret === undefined) === (secretFile === undefined)) {
    throw new ConfigFault(`${where} needs either secretFile or secret.`);
  }
  const text = secret ?? readSecretFile(secretFile, `${where}.secretFile`, folder);
  if (typeof text !== "string") throw new ConfigFault(`${where}.secret is no text.`);
  const secrets = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (secrets.length < 1 || secrets.length > 2 || secrets.some((line) => line.length < SHORTEST_SECRET)) {
    throw new ConfigFault(
      `The secret of ${where} is not one or two lines of at least ${SHORTEST_SECRET} characters. Copy it from the plugin's settings.`,
    );
  }
  return secrets;
}

/** Finds the API key of a project the way the server does: the environment first, for `demo` or the only project. */
function keyReader(
  file: Readonly<Record<string, unknown>>,
  from: {
    readonly env: NodeJS.ProcessEnv;
    readonly cwd: string;
    readonly folder: string;
    readonly dataFolder: string;
  },
) {
  const { env, cwd, folder, dataFolder } = from;
  const projects = isRecord(file.projects) ? file.projects : { demo: {} };
  const names = Object.keys(projects);
  const owner = names.includes("demo") ? "demo" : names.length === 1 ? names[0] : undefined;
  return (project: string, where: string): ApiKey => {
    const entry = Object.hasOwn(projects, project) ? projects[project] : undefined;
    if (!isRecord(entry)) {
      throw new ConfigFault(
        `${where} is "${project}", which projects does not have. It has: ${names.join(", ")}.`,
      );
    }
    if (project === owner) {
      if (env.FRESHET_API_KEY) return { key: env.FRESHET_API_KEY };
      if (env.FRESHET_API_KEY_FILE) {
        return { key: readSecretFile(env.FRESHET_API_KEY_FILE, "FRESHET_API_KEY_FILE", cwd).trim() };
      }
    }
    if (typeof entry.apiKey === "string" && entry.apiKey !== "") return { key: entry.apiKey };
    if (entry.apiKeyFile !== undefined) {
      return { key: readSecretFile(entry.apiKeyFile, `projects.${project}.apiKeyFile`, folder).trim() };
    }
    // The server makes a key for demo alone, and perhaps only after this process has started.
    if (project === "demo") return { keyFile: resolve(dataFolder, "demo.key") };
    throw new ConfigFault(`Project ${project} has no API key. Set projects.${project}.apiKey or apiKeyFile.`);
  };
}

function readSecretFile(path: unknown, where: string, folder: string): string {
  if (typeof path !== "string" || path === "") throw new ConfigFault(`${where} is no path.`);
  try {
    return readFileSync(resolve(folder, path), "utf8");
  } catch (cause) {
    throw new ConfigFault(`${where} names ${path}, which cannot be read.`, { cause });
  }
}

function readPort(text: string, where: string, least: number): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= least && port <= 65_535) return port;
  throw new ConfigFault(`${where} is "${text}". Write a port number up to 65535.`);
}

function readName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/.test(text)) return text;
  throw new ConfigFault(`FRESHET_WORDPRESS_NAME is "${text}". Write letters, digits, ".", "_", ":" and "-".`);
}

function readAddress(text: string, where: string, whose: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return text.replace(/\/+$/, "");
  throw new ConfigFault(`${where} is "${text}". Write the address of ${whose}, like http://127.0.0.1:8080.`);
}
