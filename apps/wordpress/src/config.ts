import {
  type ApiKey,
  ConfigFault,
  type ConnectorPlace,
  projectKeys,
  readConfigFile,
  readNumber,
  readObject,
  readPlace,
  readProject,
  readSecretLines,
  sectionOf,
} from "@freshet/connector/config";
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

export interface Config extends ConnectorPlace {
  readonly sites: readonly SiteConfig[];
}

const SHORTEST_SECRET = 16;
const SITE_KEYS = [
  ...["site", "secret", "secretFile", "project", "apiKey", "apiKeyFile"],
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
  const file = readConfigFile(env, folder);
  const listed = sectionOf(file, "wordpress");
  if (!Array.isArray(listed) || listed.length === 0) {
    throw new ConfigFault(
      `${file.path} names no WordPress site. Add "connectors": {"wordpress": [{"site": "http://…", "secretFile": "…", "project": "demo"}]}.`,
    );
  }
  const keys = projectKeys(file, env, folder);
  const keyOf = (project: string, where: string): ApiKey => {
    if (!keys.names.includes(project)) {
      throw new ConfigFault(
        `${where} is "${project}", which projects does not have. It has: ${keys.names.join(", ")}. Where the project was made in the console, write a key of its beside it, as apiKeyFile.`,
      );
    }
    const key = keys.of(project);
    if (key !== undefined) return key;
    throw new ConfigFault(
      `Project ${project} has no API key. Set projects.${project}.apiKeyFile, or apiKeyFile beside ${where}.`,
    );
  };
  const sites = listed.map((entry, index) =>
    readSiteEntry(entry, `connectors.wordpress[${index}]`, file.folder, keyOf),
  );
  const twice = sites.find((each, i) => sites.findIndex((other) => other.site.id === each.site.id) !== i);
  if (twice) throw new ConfigFault(`connectors.wordpress names ${twice.site.id} twice. Keep one of them.`);
  return { ...readPlace("wordpress", 8_081, env, folder), sites };
}

function readSiteEntry(
  value: unknown,
  where: string,
  folder: string,
  keyOf: (project: string, where: string) => ApiKey,
): SiteConfig {
  const entry = readObject(value, where, SITE_KEYS);
  const site = readSite(entry.site);
  if (site === undefined) {
    throw new ConfigFault(`${where}.site is no address of a site. Write it like "https://site.example".`);
  }
  const project = readProject(entry.project, `${where}.project`);
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
    ...{ site, mode, project, apiKey: ownKey(entry, where, folder) ?? keyOf(project, `${where}.project`) },
    secrets: mode === "head" ? [] : readSecrets(entry, `${where}.secret`, folder),
    requestsPerSecond: readNumber(entry.requestsPerSecond, `${where}.requestsPerSecond`, {
      ...{ usual: REQUESTS_PER_SECOND, least: 1, most: 200 },
    }),
    reconcileSeconds: readNumber(entry.reconcileSeconds, `${where}.reconcileSeconds`, {
      ...{ usual: RECONCILE_SECONDS[mode], least: 10, most: 2_592_000 },
    }),
  };
}

/** The key of a project that lives in the server's store, which this process does not see; undefined where none is written. */
function ownKey(
  { apiKey, apiKeyFile }: Readonly<Record<string, unknown>>,
  where: string,
  folder: string,
): ApiKey | undefined {
  if (apiKey === undefined && apiKeyFile === undefined) return undefined;
  const [key, ...others] = readSecretLines(apiKey, apiKeyFile, `${where}.apiKey`, folder);
  if (key === undefined || others.length > 0)
    throw new ConfigFault(`${where}.apiKey is not one line. Make a key of the project in the console.`);
  return { key };
}

/** The new secret and the old one, while they are exchanged. */
function readSecrets(
  { secret, secretFile }: Readonly<Record<string, unknown>>,
  where: string,
  folder: string,
): readonly string[] {
  const secrets = readSecretLines(secret, secretFile, where, folder);
  if (secrets.length < 1 || secrets.length > 2 || secrets.some((line) => line.length < SHORTEST_SECRET)) {
    throw new ConfigFault(
      `${where} is not one or two lines of at least ${SHORTEST_SECRET} characters. Copy it from the plugin's settings.`,
    );
  }
  return secrets;
}
