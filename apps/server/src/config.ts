import { readFile as readFileFromDisk } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { CdnConfig } from "@freshet/cdn/registry";
import { type AccessLogConfig, readAccessLog } from "./access-log/config.ts";
import { type AnalyticsConfig, readAnalytics } from "./analytics/config.ts";
import { readCdn } from "./config/cdn.ts";
import { type ConsoleConfig, isNetwork, readConsole } from "./config/console.ts";
import { dataFolderOf } from "./config/data-folder.ts";
import type { ProjectSection } from "./config/project-schema.ts";
import { readProjects, type SettingFiles } from "./config/projects.ts";
import type { ReadSecret, Report } from "./config/reading.ts";
import { CONFIG_SCHEMA, type ConfigFile, type ENVIRONMENT, type LogLevel } from "./config/schema.ts";
import { generatedKey, keptKey } from "./config/secrets.ts";
import { defaultsOf, findFaults } from "./config/shape.ts";
import { readSharedCache, type SharedCacheConfig } from "./config/shared-cache.ts";
import { type CutoutsConfig, readCutouts } from "./cutouts/config.ts";
import type { Role } from "./instances/roles.ts";
import type { Project } from "./projects/project.ts";
import { Secret } from "./secrets/secret.ts";
import { readSecretKeys } from "./secrets/secret-key.ts";

/** The effective configuration: file and environment together, completed with defaults, frozen. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Absolute path. */
  readonly dataFolder: string;
  /** Absolute path of the built console. */
  readonly consoleFolder: string;
  readonly log: LogLevel;
  readonly role: Role;
  /** A PostgreSQL database; undefined is an SQLite file in the data folder. */
  readonly store: { readonly url: string; readonly poolSize: number } | undefined;
  /** The shared tier behind the local disk; undefined is none. */
  readonly sharedCache: SharedCacheConfig | undefined;
  readonly leaseMs: number;
  /** What is counted and logged of answers. */
  readonly analytics: AnalyticsConfig;
  /** Undefined is none. */
  readonly accessLog: AccessLogConfig | undefined;
  /** The operator's own provider of masks; undefined is none. */
  readonly cutouts: CutoutsConfig | undefined;
  /** What `sealedBoxOf` seals with; undefined is a key that is kept in the data folder. */
  readonly secretKey: Secret | undefined;
  readonly projects: readonly Project[];
  /** What the file says about each project, by name; nothing is completed. */
  readonly sections: Readonly<Record<string, ProjectSection>>;
  /** What of the file holds for every project, those of the store too. */
  readonly installation: Pick<ConfigFile, "limits" | "cdn" | "pinned">;
  /** How videos are converted. */
  readonly video: NonNullable<ConfigFile["video"]>;
  /** Key of the whole installation; undefined where nobody has one. */
  readonly adminKey: string | undefined;
  /** What the file says of nodes; `drivers` is the same with its secrets read. */
  readonly cdn: NonNullable<ConfigFile["cdn"]>;
  readonly drivers: readonly CdnConfig[];
  readonly limits: typeof LIMITS & {
    /** Renders at the same time; absent is one per core. */
    readonly renders?: number;
    /** Processes for hostile formats; absent is one per core, two at most. */
    readonly cells?: number;
    /** As `BudgetLimits` has them. */
    readonly clientBudget?: number;
    readonly originBudget?: number;
  };
  /** What the file says of connectors, which run beside the server. */
  readonly connectors: ConfigFile["connectors"];
  /** Hosts with ports at which connectors may be asked; nothing else that a connector announces is ever called. */
  readonly connectorAddresses: readonly string[];
  readonly console: ConsoleConfig;
  /** There is no configuration file: the project is the built-in `demo` with its sample pictures. */
  readonly isBuiltIn: boolean;
  /** An API key that was made at this start; it is kept in the data folder and should be shown once. */
  readonly freshKey: { readonly project: string; readonly key: string } | undefined;
  /** The same of the whole installation. */
  readonly freshAdminKey: string | undefined;
}

/** Everything that is wrong with the configuration, as sentences that name the place. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    const shown = problems.slice(0, MOST_SHOWN).map((problem) => `  - ${problem}`);
    if (problems.length > MOST_SHOWN) shown.push(`  - and ${problems.length - MOST_SHOWN} more.`);
    super(`The configuration cannot be used:\n${shown.join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const MOST_SHOWN = 20;
const BUILT_CONSOLE = resolve(import.meta.dirname, "../../console/dist");
const LARGEST_FILE = 4 * 2 ** 20;
const LARGEST_SECRET = 4_096;
/** A service account's key holds a key of up to 4,096 bits. */
const LARGEST_SOURCE_SECRET = 20_000;

const LIMITS = defaultsOf(CONFIG_SCHEMA.properties.limits);
const CONNECTOR_ADDRESSES = CONFIG_SCHEMA.properties.connectors.properties.addresses;
const LOG = CONFIG_SCHEMA.properties.log.default;
const ROLE = CONFIG_SCHEMA.properties.role.default;
/** Its hosts are written out so that it is there also when others are made beside it. */
const BUILT_IN: ConfigFile = {
  projects: { demo: { hosts: ["127.0.0.1", "localhost"], aliases: { _sample_: { folder: "sample" } } } },
};

type Variables = { readonly [Name in keyof typeof ENVIRONMENT]?: string | undefined };
type MakeKey = (
  dataFolder: string,
  name: string,
) => Promise<{ readonly key: string | undefined; readonly isFresh: boolean }>;
type ReadFile = (path: string) => Promise<string>;
type ReadBytes = (path: string) => Promise<Uint8Array>;

/** What a value may come from. */
interface Surroundings {
  readonly env: Variables;
  readonly cwd: string;
  readonly folder: string;
  readonly readFile: ReadFile;
}

/**
 * Reads file and environment, the only place of the server that does. Relative paths of the environment begin at
 * `cwd`, those of the file at the file. May make the API key of `demo` and keep it in the data folder, unless told only to look.
 * @throws ConfigError with everything that is wrong.
 */
export async function loadConfig(from: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly readFile?: ReadFile;
  readonly readBytes?: ReadBytes;
  /** For whoever only looks: keys that were not made yet are not made now. */
  readonly isLook?: boolean;
}): Promise<Config> {
  const env: Variables = from.env;
  const { cwd, readFile = (path) => readFileFromDisk(path, "utf8"), readBytes = readFileFromDisk } = from;
  const problems: string[] = [];
  const report: Report = (sentence) => {
    problems.push(sentence);
  };
  const path = resolve(cwd, env.FRESHET_CONFIG || "freshet.config.json");
  const written = await readConfigFile(path, Boolean(env.FRESHET_CONFIG), readFile);
  const file = written ?? BUILT_IN;
  const { projects: sections = BUILT_IN.projects ?? {}, cdn = [] } = file;
  const limits = { ...LIMITS, ...file.limits };
  for (const each of limits.unbudgeted.filter((one) => !isNetwork(one)))
    report(
      `limits.unbudgeted names ${each}; write an address such as "192.0.2.5" or a network such as "192.0.2.0/24".`,
    );

  const keyOf = await keyReader(Object.keys(sections), { env, cwd, folder: dirname(path), readFile }, report);
  const files: SettingFiles = {
    secretOf: secretReader(dirname(path), readFile, report),
    bytesOf: bytesReader(dirname(path), readBytes, report),
  };
  const drafts = await readProjects({ ...file, projects: sections }, keyOf, files, report);
  const settings = {
    host: readHost(env.FRESHET_HOST, report),
    port: readPort(env.PORT, report),
    dataFolder: dataFolderOf(env, cwd),
    consoleFolder: env.FRESHET_CONSOLE_DIR ? resolve(cwd, env.FRESHET_CONSOLE_DIR) : BUILT_CONSOLE,
    log: readChoice("FRESHET_LOG", env, CONFIG_SCHEMA.properties.log, report) ?? file.log ?? LOG,
    role: readChoice("FRESHET_ROLE", env, CONFIG_SCHEMA.properties.role, report) ?? file.role ?? ROLE,
    store: await readStore(file.store, { env, cwd, folder: dirname(path), readFile }, report),
    sharedCache: await readSharedCache(
      file.sharedCache,
      env,
      (name, base, place) => readSecret(name, base === "file" ? dirname(path) : cwd, place, readFile, report),
      report,
    ),
    secretKey: await readSecretKey({ env, cwd, folder: dirname(path), readFile }, report),
    analytics: readAnalytics(file.analytics),
    accessLog: readAccessLog(file.accessLog, env.FRESHET_ACCESS_LOG, { cwd, folder: dirname(path) }),
    cutouts: await readCutouts(file.cutouts, dirname(path), files.secretOf, report),
    leaseMs: file.leaseMs ?? CONFIG_SCHEMA.properties.leaseMs.default,
  };
  const connectorAddresses = readAddresses(
    env.FRESHET_CONNECTOR_ADDRESSES,
    file.connectors?.addresses,
    report,
  );
  const adminKey = await readAdminKey(file, { env, cwd, folder: dirname(path), readFile }, report);
  if (projectHas(drafts, adminKey))
    report("The key of the installation is also that of a project; give each its own.");
  for (const name of Object.keys(file.pinned ?? {}))
    if (Object.hasOwn(sections, name))
      report(`pinned.${name} is a project of this file; write its settings under projects.${name}.`);
  const drivers = await readCdn(cdn, files.secretOf, report);
  const consoleConfig = await readConsole(file.console, files.secretOf, report);
  if (problems.length > 0) throw new ConfigError(problems);

  const makeKey: MakeKey = from.isLook
    ? async (folder, name) => ({ key: await keptKey(folder, name), isFresh: false })
    : generatedKey;
  const { projects, freshKey } = await withKeys(drafts, settings.dataFolder, makeKey);
  const isBuiltIn = written === undefined;
  const madeKey =
    isBuiltIn && adminKey === undefined ? await makeKey(settings.dataFolder, "admin") : undefined;
  return deepFreeze({
    ...settings,
    projects,
    sections,
    installation: {
      cdn,
      ...(file.limits ? { limits: file.limits } : {}),
      ...(file.pinned ? { pinned: file.pinned } : {}),
    },
    adminKey: adminKey ?? madeKey?.key,
    freshAdminKey: madeKey?.isFresh ? madeKey.key : undefined,
    cdn,
    drivers,
    video: file.video ?? {},
    limits,
    connectors: file.connectors,
    connectorAddresses,
    console: consoleConfig,
    isBuiltIn,
    freshKey,
  });
}

async function readConfigFile(
  path: string,
  isNamed: boolean,
  readFile: ReadFile,
): Promise<ConfigFile | undefined> {
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    if (code === "ENOENT" && !isNamed) return undefined;
    throw new ConfigError([
      `${path} cannot be read (${String(code)}); check FRESHET_CONFIG and the file's rights.`,
    ]);
  }
  if (text.length > LARGEST_FILE) throw new ConfigError([`${path} is larger than 4 MB.`]);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new ConfigError([
      `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    ]);
  }
  const faults = findFaults(CONFIG_SCHEMA, value);
  if (faults.length > 0) throw new ConfigError(faults);
  return value as ConfigFile; // the schema has just said so
}

/** Gives the configured key of a project: the environment's for `demo` or the only project, else the file's. */
async function keyReader(
  names: readonly string[],
  from: Surroundings,
  report: Report,
): Promise<(name: string, section: ProjectSection) => Promise<string | undefined>> {
  const { env, cwd, folder, readFile } = from;
  if (env.FRESHET_API_KEY && env.FRESHET_API_KEY_FILE)
    report("FRESHET_API_KEY and FRESHET_API_KEY_FILE are both set; keep one.");
  const secretOf = async (path: string, base: string, place: string): Promise<string | undefined> => {
    const secret = await readSecret(path, base, place, readFile, report);
    return secret === undefined ? undefined : checkedKey(secret, place, report);
  };
  const fromEnvironment = env.FRESHET_API_KEY
    ? checkedKey(env.FRESHET_API_KEY, "FRESHET_API_KEY", report)
    : env.FRESHET_API_KEY_FILE
      ? await secretOf(env.FRESHET_API_KEY_FILE, cwd, "FRESHET_API_KEY_FILE")
      : undefined;
  const owner = names.includes("demo") ? "demo" : names.length === 1 ? names[0] : undefined;
  if (fromEnvironment !== undefined && owner === undefined) {
    report(`FRESHET_API_KEY is for the project demo or the only one; here are ${names.join(", ")}.`);
  }
  return async (name, section) => {
    const { apiKey, apiKeyFile } = section;
    if (apiKey !== undefined && apiKeyFile !== undefined) {
      report(`projects.${name} has apiKey and apiKeyFile; keep one.`);
      return undefined;
    }
    if (fromEnvironment !== undefined && name === owner) return fromEnvironment;
    if (apiKeyFile !== undefined) return secretOf(apiKeyFile, folder, `projects.${name}.apiKeyFile`);
    if (apiKey === undefined && name !== "demo")
      report(`projects.${name} has no API key; write apiKey or apiKeyFile.`);
    return apiKey;
  };
}

function projectHas(drafts: readonly Project[], key: string | undefined): boolean {
  return key !== undefined && drafts.some(({ apiKey }) => apiKey === key);
}

/** The environment's key of the installation, else the file's; each of them may be in a file of its own. */
async function readAdminKey(
  file: ConfigFile,
  { env, cwd, folder, readFile }: Surroundings,
  report: Report,
): Promise<string | undefined> {
  const isOutside = Boolean(env.FRESHET_ADMIN_KEY || env.FRESHET_ADMIN_KEY_FILE);
  const [name, key, path] = isOutside
    ? ["FRESHET_ADMIN_KEY", env.FRESHET_ADMIN_KEY, env.FRESHET_ADMIN_KEY_FILE]
    : ["adminKey", file.adminKey, file.adminKeyFile];
  const fileName = isOutside ? `${name}_FILE` : `${name}File`;
  if (key && path) report(`${name} and ${fileName} are both set; keep one.`);
  if (key) return checkedKey(key, name, report);
  if (!path) return undefined;
  const secret = await readSecret(path, isOutside ? cwd : folder, fileName, readFile, report);
  return secret === undefined ? undefined : checkedKey(secret, fileName, report);
}

function checkedKey(key: string, place: string, report: Report): string {
  const schema = CONFIG_SCHEMA.properties.projects.additionalProperties.properties.apiKey;
  for (const fault of findFaults(schema, key.slice(0, LARGEST_SECRET), place)) report(fault);
  return key;
}

async function withKeys(
  drafts: readonly Project[],
  dataFolder: string,
  makeKey: MakeKey,
): Promise<Pick<Config, "projects" | "freshKey">> {
  let freshKey: Config["freshKey"];
  const projects: Project[] = [];
  for (const draft of drafts) {
    let { apiKey } = draft;
    if (apiKey === undefined) {
      const { key, isFresh } = await makeKey(dataFolder, draft.name);
      if (isFresh && key !== undefined) freshKey = { project: draft.name, key };
      apiKey = key;
    }
    projects.push({ ...draft, apiKey });
  }
  return { projects, freshKey };
}

function readHost(text: string | undefined, report: Report): string {
  const host = text || "127.0.0.1";
  if (!/^[\w.:%-]{1,253}$/.test(host))
    report(`FRESHET_HOST is ${JSON.stringify(host)}; write an address such as 0.0.0.0.`);
  return host;
}

function readAddresses(
  text: string | undefined,
  listed: readonly string[] | undefined,
  report: Report,
): readonly string[] {
  const { pattern, title } = CONNECTOR_ADDRESSES.items;
  const addresses = text === undefined ? (listed ?? CONNECTOR_ADDRESSES.default) : text.split(/[\s,]+/);
  const given = addresses.filter((each) => each !== "");
  for (const each of given) {
    if (new RegExp(pattern).test(each)) continue;
    report(`FRESHET_CONNECTOR_ADDRESSES has ${JSON.stringify(each.slice(0, 300))}; write ${title}.`);
  }
  return given.map((each) => each.toLowerCase());
}

function readPort(text: string | undefined, report: Report): number {
  const port = /^\d{1,5}$/.test(text || "8080") ? Number(text || "8080") : Number.NaN;
  if (!(port <= 65_535)) report(`PORT is ${JSON.stringify(text)}; write a whole number from 0 to 65535.`);
  return port;
}

function readChoice<const Choice extends string>(
  name: "FRESHET_LOG" | "FRESHET_ROLE",
  env: Variables,
  schema: { readonly type: "string"; readonly enum: readonly Choice[] },
  report: Report,
): Choice | undefined {
  const text = env[name];
  if (!text) return undefined;
  const choice = schema.enum.find((each) => each === text);
  if (choice === undefined) for (const fault of findFaults(schema, text, name)) report(fault);
  return choice;
}

/** The environment's address wins over the file's, and each of them may be in a file of its own. */
async function readStore(
  section: ConfigFile["store"],
  from: Surroundings,
  report: Report,
): Promise<Config["store"]> {
  const { env, cwd, folder } = from;
  const { url, urlFile, poolSize } = { ...defaultsOf(CONFIG_SCHEMA.properties.store), ...section };
  const isOutside = Boolean(env.FRESHET_STORE_URL || env.FRESHET_STORE_URL_FILE);
  const [name, fileName] = isOutside
    ? ["FRESHET_STORE_URL", "FRESHET_STORE_URL_FILE"]
    : ["store.url", "store.urlFile"];
  const text = isOutside ? env.FRESHET_STORE_URL : url;
  const path = isOutside ? env.FRESHET_STORE_URL_FILE : urlFile;
  if (text && path) report(`${name} and ${fileName} are both set; keep one.`);
  if (!text && !path) {
    if (section !== undefined) report("store has no address; write url or urlFile.");
    return undefined;
  }
  const base = isOutside ? cwd : folder;
  const address = text || (await readSecret(path ?? "", base, fileName, from.readFile, report));
  if (address === undefined) return undefined;
  const schema = CONFIG_SCHEMA.properties.store.properties.url;
  for (const fault of findFaults(schema, address, text ? name : fileName)) report(fault);
  return { url: address, poolSize };
}

async function readSecretKey(
  { env, cwd, readFile }: Surroundings,
  report: Report,
): Promise<Secret | undefined> {
  const { FRESHET_SECRET_KEY: text, FRESHET_SECRET_KEY_FILE: path } = env;
  if (text && path) report("FRESHET_SECRET_KEY and FRESHET_SECRET_KEY_FILE are both set; keep one.");
  const name = text ? "FRESHET_SECRET_KEY" : "FRESHET_SECRET_KEY_FILE";
  const keys = text || (path ? await readSecret(path, cwd, name, readFile, report) : undefined);
  if (keys === undefined) return undefined;
  const read = readSecretKeys(keys);
  if ("fault" in read) report(`${name} cannot be used: ${read.fault}.`);
  return new Secret(keys);
}

/** Gives secrets of a project's sources: written down, or in a file beside the configuration. */
function secretReader(folder: string, readFile: ReadFile, report: Report): ReadSecret {
  return async (place, name, inline, file) => {
    if (inline !== undefined && file !== undefined) {
      report(`${place} has ${name} and ${name}File; keep one.`);
      return undefined;
    }
    if (inline !== undefined) return new Secret(inline);
    if (file === undefined) return undefined;
    const text = await readSecret(
      file,
      folder,
      `${place}.${name}File`,
      readFile,
      report,
      LARGEST_SOURCE_SECRET,
    );
    if (text === "") report(`${place}.${name}File names ${file}, which is empty.`);
    return text === undefined || text === "" ? undefined : new Secret(text);
  };
}

async function readSecret(
  path: string,
  base: string,
  place: string,
  readFile: ReadFile,
  report: Report,
  largest = LARGEST_SECRET,
): Promise<string | undefined> {
  try {
    return (await readFile(resolve(base, path))).trim().slice(0, largest);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    report(`${place} names ${path}, which cannot be read (${String(code)}).`);
    return undefined;
  }
}

/** Reads files that settings of projects name, by paths that begin at the configuration file. */
function bytesReader(folder: string, readBytes: ReadBytes, report: Report): SettingFiles["bytesOf"] {
  return async (path, place) => {
    try {
      return await readBytes(resolve(folder, path));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : error;
      report(`${place} names ${path}, which cannot be read (${String(code)}).`);
      return undefined;
    }
  };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFreeze(each);
  }
  return value;
}
