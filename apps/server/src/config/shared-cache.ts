import type { S3Settings } from "../s3/address.ts";
import type { ConfigFile, ENVIRONMENT } from "./schema.ts";
import { defaultsOf, expected, findFaults } from "./shape.ts";
import { SHARED_CACHE_SCHEMA } from "./shared-cache-schema.ts";

/** The shared tier, completed with defaults. */
export interface SharedCacheConfig {
  readonly s3: S3Settings;
  readonly prefix: string;
  /** Whether originals are shared too. */
  readonly originals: boolean;
  readonly lookupMs: number;
  readonly queueBytes: number;
}

type Variables = { readonly [Name in keyof typeof ENVIRONMENT]?: string | undefined };
type Report = (sentence: string) => void;
/** Reads a secret from a file; undefined when it cannot be read, which it reports. */
type ReadSecret = (path: string, from: "environment" | "file", place: string) => Promise<string | undefined>;

const { properties: KEYS } = SHARED_CACHE_SCHEMA;
const NAMES = {
  endpoint: "FRESHET_SHARED_CACHE_ENDPOINT",
  region: "FRESHET_SHARED_CACHE_REGION",
  bucket: "FRESHET_SHARED_CACHE_BUCKET",
  prefix: "FRESHET_SHARED_CACHE_PREFIX",
  accessKeyId: "FRESHET_SHARED_CACHE_ACCESS_KEY_ID",
} as const;
const SECRET = "FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY";
const SECRET_FILE = "FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY_FILE";

/** The shared tier as the environment says, key by key, else the file; undefined when neither speaks of one. */
export async function readSharedCache(
  section: ConfigFile["sharedCache"],
  env: Variables,
  readSecret: ReadSecret,
  report: Report,
): Promise<SharedCacheConfig | undefined> {
  const isSpokenOf = [...Object.values(NAMES), SECRET, SECRET_FILE].some((name) =>
    Boolean(env[name as keyof Variables]),
  );
  if (section === undefined && !isSpokenOf) return undefined;
  const settings = { ...defaultsOf(SHARED_CACHE_SCHEMA), ...section };
  const textOf = (key: keyof typeof NAMES): string => {
    const text = env[NAMES[key]];
    if (text) for (const fault of findFaults(KEYS[key], text, NAMES[key])) report(fault);
    return text || settings[key] || "";
  };
  const secretAccessKey = await secretOf(section, env, readSecret, report);
  const s3 = {
    endpoint: textOf("endpoint").replace(/\/$/, ""),
    region: textOf("region"),
    bucket: textOf("bucket"),
    addressing: settings.addressing,
    accessKeyId: textOf("accessKeyId"),
    secretAccessKey: secretAccessKey ?? "",
  };
  for (const key of ["endpoint", "bucket", "accessKeyId"] as const) {
    if (s3[key] === "") report(`sharedCache.${key} is missing; write ${expected(KEYS[key])}.`);
  }
  if (s3.endpoint !== "" && URL.parse(s3.endpoint) === null)
    report(`sharedCache.endpoint is ${s3.endpoint}, which is no address.`);
  const { originals, lookupMs, queueBytes } = settings;
  return { s3, prefix: textOf("prefix"), originals, lookupMs, queueBytes };
}

async function secretOf(
  section: ConfigFile["sharedCache"],
  env: Variables,
  readSecret: ReadSecret,
  report: Report,
): Promise<string | undefined> {
  const isOutside = Boolean(env[SECRET] || env[SECRET_FILE]);
  const [name, fileName] = isOutside
    ? [SECRET, SECRET_FILE]
    : ["sharedCache.secretAccessKey", "sharedCache.secretAccessKeyFile"];
  const text = isOutside ? env[SECRET] : section?.secretAccessKey;
  const path = isOutside ? env[SECRET_FILE] : section?.secretAccessKeyFile;
  if (text && path) report(`${name} and ${fileName} are both set; keep one.`);
  if (!text && !path) {
    report("sharedCache has no secret; write secretAccessKey or secretAccessKeyFile.");
    return undefined;
  }
  const secret = text || (await readSecret(path ?? "", isOutside ? "environment" : "file", fileName));
  if (secret === undefined) return undefined;
  for (const fault of findFaults(KEYS.secretAccessKey, secret, text ? name : fileName)) report(fault);
  return secret;
}
