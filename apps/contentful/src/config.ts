import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { AppIdentity } from "./cma/token.ts";
import { readPrivateKey } from "./cma/token.ts";
import { type ApiKey, ConfigFault, keyReader, readSecretFile } from "./config-keys.ts";
import { isId } from "./event.ts";
import { isRecord } from "./json.ts";
import { secretInFile } from "./sealed-box.ts";

export { ConfigFault } from "./config-keys.ts";

/** One space of the configuration, with everything needed to serve it. */
export interface SpaceConfig {
  readonly space: string;
  /** The environment, or the alias, that visitors see. */
  readonly environment: string;
  readonly project: string;
  /** Signing secrets of the space's webhooks, newest first; more are set from within Contentful. */
  readonly webhookSecrets: readonly string[];
  /** Absent where it is to be set from within Contentful. */
  readonly apiKey: ApiKey | undefined;
  /** Users who may do what needs an administrator, besides the space's own. */
  readonly admins: readonly string[];
}

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Folder of this connector's own state. */
  readonly dataFolder: string;
  /** Address of the Freshet server, without a slash at the end. */
  readonly server: string;
  /** Address under which delivery URLs are asked for, for warming up; without a slash at the end. */
  readonly endpoint: string;
  /** Address of this connector as Contentful calls it; undefined is whatever it is called by. */
  readonly publicUrl: string | undefined;
  /** Id of the app definition. */
  readonly app: string;
  /** Signing secrets of the app, newest first: two while they are exchanged. */
  readonly secrets: readonly string[];
  /** Absent: nothing is asked of Contentful. */
  readonly identity: AppIdentity | undefined;
  readonly managementUrl: string;
  readonly webApp: string;
  /** Places besides Contentful's own where files may be, such as "http://127.0.0.1:9000". */
  readonly assetOrigins: readonly string[];
  /** Who may show the app's pages in a frame. */
  readonly frameAncestors: readonly string[];
  /** Origins of pages that may call the API: the app's own where Contentful serves its bundle. */
  readonly pageOrigins: readonly string[];
  /** What the server proves itself with when it asks what a stable id stands for. */
  readonly resolverToken: string;
  /** What other machines sign questions about status and events with. */
  readonly statusSecrets: readonly string[];
  readonly reconcileMs: number;
  readonly walkPage: number;
  /** Secrets from within Contentful are sealed with a key made of this. */
  readonly sealingSecret: string;
  readonly spaces: readonly SpaceConfig[];
}

const KEYS = [
  ...["app", "secret", "secretFile", "privateKeyFile", "publicUrl", "endpoint", "region", "managementUrl"],
  ...["assetOrigins", "frameAncestors", "pageOrigins", "resolverTokenFile", "statusSecretFile"],
  ...["reconcileHours", "pageSize", "spaces"],
];
const SPACE_KEYS = ["space", "environment", "project", "webhookSecret", "webhookSecretFile", "admins"];
/** Contentful's own rule for signing secrets. */
const SIGNING_SECRET = /^[0-9a-zA-Z+/=_-]{64}$/;
const SHORTEST_TOKEN = 16;

const EXAMPLE =
  '"connectors": {"contentful": {"app": "…", "secretFile": "contentful.secret", "spaces": [{"space": "…", "project": "demo"}]}}';

/**
 * The effective configuration: `freshet.config.json`, the same file the server reads, and the environment, which wins.
 * Throws a `ConfigFault` for the first thing that is wrong. Reads the environment and files once; nobody else does.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, folder: string = process.cwd()): Config {
  const path = resolve(folder, env.FRESHET_CONFIG || "freshet.config.json");
  const dataFolder = resolve(folder, env.FRESHET_DATA || ".freshet");
  const own = join(dataFolder, "contentful");
  const file = readConfigFile(path, Boolean(env.FRESHET_CONFIG));
  const where = "connectors.contentful";
  const entry = isRecord(file.connectors) ? file.connectors.contentful : undefined;
  if (!isRecord(entry)) throw new ConfigFault(`${path} names no Contentful app. Add ${EXAMPLE}.`);
  refuseUnknown(entry, KEYS, where);
  const at = dirname(path);
  if (!isId(entry.app)) throw new ConfigFault(`${where}.app is no id of an app definition.`);
  const keyOf = keyReader(file, { env, cwd: folder, folder: at, dataFolder });
  const spaces = listOf(entry.spaces, `${where}.spaces`).map((each, index) =>
    readSpace(each, `${where}.spaces[${index}]`, at, keyOf),
  );
  if (spaces.length === 0) throw new ConfigFault(`${where}.spaces is empty. Add ${EXAMPLE}.`);
  const twice = spaces.find((each, i) => spaces.findIndex(({ space }) => space === each.space) !== i);
  if (twice) throw new ConfigFault(`${where}.spaces names ${twice.space} twice. Keep one of them.`);
  const server = readUrl(
    env.FRESHET_URL || `http://127.0.0.1:${readPort(env.PORT || "8080", "PORT", 1)}`,
    "FRESHET_URL",
  );
  const isEu = readOption(entry.region, ["us", "eu"], `${where}.region`) === "eu";
  const management = isEu ? "https://api.eu.contentful.com" : "https://api.contentful.com";
  const origins = (value: unknown, name: string) =>
    listOf(value ?? [], `${where}.${name}`).map((each, i) => readOrigin(each, `${where}.${name}[${i}]`));
  return {
    host: env.FRESHET_HOST || "127.0.0.1",
    port: readPort(env.FRESHET_CONTENTFUL_PORT || "8082", "FRESHET_CONTENTFUL_PORT", 0),
    dataFolder: own,
    server,
    endpoint: optionalUrl(entry.endpoint, `${where}.endpoint`) ?? server,
    publicUrl: optionalUrl(entry.publicUrl, `${where}.publicUrl`),
    app: entry.app,
    secrets: readSecrets(entry.secret, entry.secretFile, `${where}.secret`, at),
    identity: readIdentity(entry.app, entry.privateKeyFile, `${where}.privateKeyFile`, at),
    managementUrl: optionalUrl(entry.managementUrl, `${where}.managementUrl`) ?? management,
    webApp: isEu ? "https://app.eu.contentful.com" : "https://app.contentful.com",
    assetOrigins: origins(entry.assetOrigins, "assetOrigins"),
    frameAncestors: [
      ...["https://app.contentful.com", "https://app.eu.contentful.com"],
      ...origins(entry.frameAncestors, "frameAncestors"),
    ],
    pageOrigins: origins(entry.pageOrigins, "pageOrigins"),
    resolverToken:
      readToken(entry.resolverTokenFile, `${where}.resolverTokenFile`, at) ??
      secretInFile(join(own, "resolver.token")),
    statusSecrets: lines(entry.statusSecretFile, `${where}.statusSecretFile`, at),
    reconcileMs: readNumber(entry.reconcileHours ?? 24, 1, 720, `${where}.reconcileHours`) * 3_600_000,
    walkPage: Math.floor(readNumber(entry.pageSize ?? 100, 1, 1_000, `${where}.pageSize`)),
    sealingSecret: env.FRESHET_SECRET_KEY || secretInFile(join(own, "secrets.key")),
    spaces,
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

function readSpace(
  entry: unknown,
  where: string,
  folder: string,
  keyOf: ReturnType<typeof keyReader>,
): SpaceConfig {
  if (!isRecord(entry)) throw new ConfigFault(`${where} is not an object.`);
  refuseUnknown(entry, SPACE_KEYS, where);
  const { space, environment = "master", project = "demo", webhookSecret, webhookSecretFile, admins } = entry;
  if (!isId(space)) throw new ConfigFault(`${where}.space is no id of a space.`);
  if (!isId(environment)) throw new ConfigFault(`${where}.environment is no name of an environment.`);
  if (typeof project !== "string" || project === "")
    throw new ConfigFault(`${where}.project is no project's name.`);
  const hasWebhook = webhookSecret !== undefined || webhookSecretFile !== undefined;
  const users = listOf(admins ?? [], `${where}.admins`);
  if (!users.every(isId)) throw new ConfigFault(`${where}.admins is no list of user ids.`);
  return {
    ...{ space, environment, project, admins: users },
    webhookSecrets: hasWebhook
      ? readSecrets(webhookSecret, webhookSecretFile, `${where}.webhookSecret`, folder)
      : [],
    apiKey: keyOf(project, `${where}.project`),
  };
}

/** One signing secret, or two in two lines while they are exchanged. */
function readSecrets(secret: unknown, file: unknown, where: string, folder: string): readonly string[] {
  if ((secret === undefined) === (file === undefined))
    throw new ConfigFault(`${where} is needed, either so or as ${where}File.`);
  const text = secret ?? readSecretFile(file, `${where}File`, folder);
  const secrets = typeof text === "string" ? linesOf(text) : [];
  if (secrets.length < 1 || secrets.length > 2 || !secrets.every((line) => SIGNING_SECRET.test(line))) {
    throw new ConfigFault(
      `${where} is not one or two lines of 64 letters, digits and +/=_-. Contentful takes no other signing secret.`,
    );
  }
  return secrets;
}

function readIdentity(app: string, file: unknown, where: string, folder: string): AppIdentity | undefined {
  if (file === undefined) return undefined;
  const key = readPrivateKey(readSecretFile(file, where, folder));
  if (key === undefined) throw new ConfigFault(`${where} holds no RSA private key (PEM).`);
  return { app, key };
}

function readToken(file: unknown, where: string, folder: string): string | undefined {
  const [token] = lines(file, where, folder);
  return token;
}

function lines(file: unknown, where: string, folder: string): readonly string[] {
  if (file === undefined) return [];
  const found = linesOf(readSecretFile(file, where, folder));
  if (found.length === 0 || found.some((line) => line.length < SHORTEST_TOKEN))
    throw new ConfigFault(`${where} holds no secret of at least ${SHORTEST_TOKEN} characters.`);
  return found;
}

const linesOf = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

function refuseUnknown(entry: Readonly<Record<string, unknown>>, keys: readonly string[], where: string) {
  const unknown = Object.keys(entry).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw new ConfigFault(`${where}.${unknown} is unknown. It takes ${keys.join(", ")}.`);
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ConfigFault(`${where} is no list.`);
}

function readOption<Word extends string>(
  value: unknown,
  words: readonly Word[],
  where: string,
): Word | undefined {
  if (value === undefined) return undefined;
  const word = words.find((each) => each === value);
  if (word === undefined) throw new ConfigFault(`${where} is none of ${words.join(", ")}.`);
  return word;
}

function readNumber(value: unknown, least: number, most: number, where: string): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new ConfigFault(`${where} is no number from ${least} to ${most}.`);
}

function readPort(text: string, where: string, least: number): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= least && port <= 65_535) return port;
  throw new ConfigFault(`${where} is "${text}". Write a port number up to 65535.`);
}

function optionalUrl(value: unknown, where: string): string | undefined {
  return value === undefined ? undefined : readUrl(value, where);
}

function readUrl(value: unknown, where: string): string {
  const url = typeof value === "string" ? URL.parse(value) : null;
  if ((url?.protocol === "http:" || url?.protocol === "https:") && url.search === "" && url.hash === "")
    return url.href.replace(/\/+$/, "");
  throw new ConfigFault(`${where} is no address like "http://127.0.0.1:8080".`);
}

function readOrigin(value: unknown, where: string): string {
  const url = typeof value === "string" ? URL.parse(value) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "")
    return url.origin;
  throw new ConfigFault(`${where} is no origin like "http://127.0.0.1:9000".`);
}
