import { join } from "node:path";
import {
  type ApiKey,
  ConfigFault,
  type ConnectorPlace,
  linesOf,
  projectKeys,
  readAddress,
  readConfigFile,
  readNumber,
  readObject,
  readPlace,
  readProject,
  readSecretFile,
  readSecretLines,
  sectionOf,
} from "@freshet/connector/config";
import type { AppIdentity } from "./cma/token.ts";
import { readPrivateKey } from "./cma/token.ts";
import { isId } from "./event.ts";
import { secretInFile } from "./sealed-box.ts";

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

export interface Config extends ConnectorPlace {
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
  const file = readConfigFile(env, folder);
  const where = "connectors.contentful";
  const section = sectionOf(file, "contentful");
  if (section === undefined) throw new ConfigFault(`${file.path} names no Contentful app. Add ${EXAMPLE}.`);
  const entry = readObject(section, where, KEYS);
  if (!isId(entry.app)) throw new ConfigFault(`${where}.app is no id of an app definition.`);
  const keys = projectKeys(file, env, folder);
  const spaces = listOf(entry.spaces, `${where}.spaces`).map((each, index) =>
    readSpace(each, `${where}.spaces[${index}]`, file.folder, keys.of),
  );
  if (spaces.length === 0) throw new ConfigFault(`${where}.spaces is empty. Add ${EXAMPLE}.`);
  const twice = spaces.find((each, i) => spaces.findIndex(({ space }) => space === each.space) !== i);
  if (twice) throw new ConfigFault(`${where}.spaces names ${twice.space} twice. Keep one of them.`);
  const place = readPlace("contentful", 8_082, env, folder);
  const isEu = readRegion(entry.region, `${where}.region`) === "eu";
  const management = isEu ? "https://api.eu.contentful.com" : "https://api.contentful.com";
  const address = (name: string) =>
    entry[name] === undefined ? undefined : readAddress(entry[name], `${where}.${name}`);
  const origins = (name: string) =>
    listOf(entry[name] ?? [], `${where}.${name}`).map((each, i) =>
      readOrigin(each, `${where}.${name}[${i}]`),
    );
  const tokens = (name: string) => readTokens(entry[name], `${where}.${name}`, file.folder);
  const hours = { usual: 24, least: 1, most: 720 };
  return {
    ...place,
    endpoint: address("endpoint") ?? place.server,
    publicUrl: address("publicUrl"),
    app: entry.app,
    secrets: readSecrets(entry.secret, entry.secretFile, `${where}.secret`, file.folder),
    identity: readIdentity(entry.app, entry.privateKeyFile, `${where}.privateKeyFile`, file.folder),
    managementUrl: address("managementUrl") ?? management,
    webApp: isEu ? "https://app.eu.contentful.com" : "https://app.contentful.com",
    assetOrigins: origins("assetOrigins"),
    frameAncestors: [
      ...["https://app.contentful.com", "https://app.eu.contentful.com"],
      ...origins("frameAncestors"),
    ],
    pageOrigins: origins("pageOrigins"),
    resolverToken: tokens("resolverTokenFile")[0] ?? secretInFile(join(place.dataFolder, "resolver.token")),
    statusSecrets: tokens("statusSecretFile"),
    reconcileMs: readNumber(entry.reconcileHours, `${where}.reconcileHours`, hours) * 3_600_000,
    walkPage: readNumber(entry.pageSize, `${where}.pageSize`, { usual: 100, least: 1, most: 1_000 }),
    sealingSecret: env.FRESHET_SECRET_KEY || secretInFile(join(place.dataFolder, "secrets.key")),
    spaces,
  };
}

function readSpace(
  value: unknown,
  where: string,
  folder: string,
  keyOf: (project: string) => ApiKey | undefined,
): SpaceConfig {
  const entry = readObject(value, where, SPACE_KEYS);
  const { space, environment = "master", webhookSecret, webhookSecretFile } = entry;
  if (!isId(space)) throw new ConfigFault(`${where}.space is no id of a space.`);
  if (!isId(environment)) throw new ConfigFault(`${where}.environment is no name of an environment.`);
  const project = readProject(entry.project, `${where}.project`);
  const hasWebhook = webhookSecret !== undefined || webhookSecretFile !== undefined;
  const admins = listOf(entry.admins ?? [], `${where}.admins`);
  if (!admins.every(isId)) throw new ConfigFault(`${where}.admins is no list of user ids.`);
  return {
    ...{ space, environment, project, admins, apiKey: keyOf(project) },
    webhookSecrets: hasWebhook
      ? readSecrets(webhookSecret, webhookSecretFile, `${where}.webhookSecret`, folder)
      : [],
  };
}

/** One signing secret, or two in two lines while they are exchanged. */
function readSecrets(secret: unknown, file: unknown, where: string, folder: string): readonly string[] {
  const secrets = readSecretLines(secret, file, where, folder);
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

function readTokens(file: unknown, where: string, folder: string): readonly string[] {
  if (file === undefined) return [];
  const found = linesOf(readSecretFile(file, where, folder));
  if (found.length === 0 || found.some((line) => line.length < SHORTEST_TOKEN))
    throw new ConfigFault(`${where} holds no secret of at least ${SHORTEST_TOKEN} characters.`);
  return found;
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ConfigFault(`${where} is no list.`);
}

function readRegion(value: unknown, where: string): "us" | "eu" {
  if (value === undefined || value === "us" || value === "eu") return value ?? "us";
  throw new ConfigFault(`${where} is none of us, eu.`);
}

function readOrigin(value: unknown, where: string): string {
  const url = typeof value === "string" ? URL.parse(value) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "")
    return url.origin;
  throw new ConfigFault(`${where} is no origin like "http://127.0.0.1:9000".`);
}
