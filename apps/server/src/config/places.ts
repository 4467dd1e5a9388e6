import { Secret } from "../secrets/secret.ts";
import type {
  AccessKey,
  AzurePlace,
  BucketPlace,
  GcsPlace,
  ServiceAccount,
} from "../sources/buckets/place.ts";
import { type ReadSecret, type Report, withoutFinalSlash } from "./reading.ts";
import type { AliasTargetSection, AzureSection, GcsSection } from "./sections/sources.ts";

type BucketSection = Extract<AliasTargetSection, { s3: unknown } | { gcs: unknown } | { azure: unknown }>;

const GOOGLE = "https://storage.googleapis.com";
const GOOGLE_TOKENS = "https://oauth2.googleapis.com/token";

/** The place in a bucket that an alias names; undefined where something about it was reported. */
export async function readPlace(
  place: string,
  target: BucketSection,
  secretOf: ReadSecret,
  report: Report,
): Promise<BucketPlace | undefined> {
  const [kind = "s3"] = Object.keys(target);
  const section = "s3" in target ? target.s3 : "gcs" in target ? target.gcs : target.azure;
  const at = `${place}.${kind}`;
  const prefix = (section.prefix ?? "").replace(/\/$/, "");
  if (prefix.split("/").some((step) => step === "." || step === "..")) {
    report(`${at}.prefix is ${JSON.stringify(prefix)}, which has "." or ".." as a step; write it without.`);
    return undefined;
  }
  if (section.endpoint !== undefined && URL.parse(section.endpoint) === null) {
    report(`${at}.endpoint is ${JSON.stringify(section.endpoint)}, which is no address.`);
    return undefined;
  }
  if ("s3" in target) {
    const { bucket, region, pathStyle } = target.s3;
    const credentials = await readAccessKey(at, target.s3, secretOf, report);
    const isPathStyle = pathStyle ?? (target.s3.endpoint !== undefined || bucket.includes("."));
    const endpoint = withoutFinalSlash(target.s3.endpoint ?? `https://s3.${region}.amazonaws.com`);
    const addressing = isPathStyle ? ("path" as const) : ("host" as const);
    return credentials === "wrong"
      ? undefined
      : { kind: "s3", endpoint, bucket, region, addressing, prefix, ...(credentials && { credentials }) };
  }
  return "gcs" in target
    ? await readGcs(at, target.gcs, prefix, secretOf, report)
    : await readAzure(at, target.azure, prefix, secretOf, report);
}

async function readGcs(
  at: string,
  section: GcsSection,
  prefix: string,
  secretOf: ReadSecret,
  report: Report,
): Promise<GcsPlace | undefined> {
  const endpoint = withoutFinalSlash(section.endpoint ?? GOOGLE);
  const { bucket, key, keyFile, accessKeyId } = section;
  const found = { kind: "gcs" as const, endpoint, bucket, prefix };
  if (key === undefined && keyFile === undefined) {
    const credentials = await readAccessKey(at, section, secretOf, report);
    return credentials === "wrong" ? undefined : { ...found, ...(credentials && { credentials }) };
  }
  if (accessKeyId !== undefined) {
    report(`${at} has a service account's key and an access key; keep one.`);
    return undefined;
  }
  const text = await secretOf(at, "key", key, keyFile);
  const account = text && readServiceAccount(text.reveal());
  if (text && !account) report(`${at}.${keyFile ? "keyFile" : "key"} is no key of a service account.`);
  return account && { ...found, credentials: account };
}

/** A service account's key as Google hands it out; undefined for anything else. */
function readServiceAccount(text: string): ServiceAccount | undefined {
  try {
    const {
      client_email: email,
      private_key: key,
      private_key_id: keyId,
      token_uri: tokenUrl,
    } = JSON.parse(text);
    if (typeof email !== "string" || typeof key !== "string" || !key.includes("PRIVATE KEY"))
      return undefined;
    const url = typeof tokenUrl === "string" ? tokenUrl : GOOGLE_TOKENS;
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) return undefined;
    return {
      email,
      keyId: typeof keyId === "string" ? keyId : undefined,
      privateKey: new Secret(key),
      tokenUrl: url,
    };
  } catch {
    return undefined;
  }
}

async function readAzure(
  at: string,
  section: AzureSection,
  prefix: string,
  secretOf: ReadSecret,
  report: Report,
): Promise<AzurePlace | undefined> {
  const { account, container, accountKey, accountKeyFile, sas, sasFile } = section;
  const endpoint = withoutFinalSlash(section.endpoint ?? `https://${account}.blob.core.windows.net`);
  const found = { kind: "azure" as const, endpoint, account, container, prefix };
  const hasKey = accountKey !== undefined || accountKeyFile !== undefined;
  const hasSas = sas !== undefined || sasFile !== undefined;
  if (hasKey && hasSas) {
    report(`${at} has an account's key and a shared access signature; keep one.`);
    return undefined;
  }
  if (hasKey) {
    const key = await secretOf(at, "accountKey", accountKey, accountKeyFile);
    return key && { ...found, credentials: { accountKey: key } };
  }
  if (!hasSas) return found;
  const token = await secretOf(at, "sas", sas, sasFile);
  const text = token?.reveal().replace(/^\?/, "");
  if (text === undefined) return undefined;
  if (/^[\x21\x24-\x3e\x40-\x7e]+$/.test(text)) return { ...found, credentials: { sas: new Secret(text) } };
  report(`${at}.${sasFile ? "sasFile" : "sas"} is no shared access signature.`);
  return undefined;
}

/** An id and its secret, both or neither. */
async function readAccessKey(
  at: string,
  section: { accessKeyId?: string; secretAccessKey?: string; secretAccessKeyFile?: string },
  secretOf: ReadSecret,
  report: Report,
): Promise<AccessKey | undefined | "wrong"> {
  const { accessKeyId, secretAccessKey, secretAccessKeyFile } = section;
  const hasSecret = secretAccessKey !== undefined || secretAccessKeyFile !== undefined;
  if (accessKeyId === undefined && !hasSecret) return undefined;
  if (accessKeyId === undefined || !hasSecret) {
    report(
      `${at} has one half of an access key; write accessKeyId and secretAccessKey or secretAccessKeyFile.`,
    );
    return "wrong";
  }
  const secret = await secretOf(at, "secretAccessKey", secretAccessKey, secretAccessKeyFile);
  return secret ? { accessKeyId, secretAccessKey: secret } : "wrong";
}
