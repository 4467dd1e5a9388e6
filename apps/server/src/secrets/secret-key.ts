import { createHash, randomBytes } from "node:crypto";
import { access, link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A key that secrets are sealed with. Its id stands in what it sealed and tells nothing of it. */
export interface SecretKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The newest first: it seals; all of them open. */
export type SecretKeys = readonly [SecretKey, ...SecretKey[]];

const BYTES = 32;
const MOST_KEYS = 10;
const ID_BYTES = 4;

/**
 * Reads keys of 32 bytes, in hex or base64, one a line or with commas between, the newest first. A sentence where they are
 * none; it repeats nothing of them.
 */
export function readSecretKeys(text: string): SecretKeys | { readonly fault: string } {
  const written = text.split(/[\s,]+/).filter((each) => each !== "");
  const keys = written.map(bytesOf);
  const wrong = keys.findIndex((bytes) => bytes === undefined);
  if (wrong >= 0)
    return {
      fault: `its key ${wrong + 1} is not 32 bytes in hex or base64 (openssl rand -hex 32 makes one)`,
    };
  const [first, ...rest] = keys.flatMap((bytes) => (bytes ? [{ id: idOf(bytes), bytes }] : []));
  if (!first) return { fault: "it holds no key" };
  if (rest.length >= MOST_KEYS) return { fault: `it holds more than ${MOST_KEYS} keys` };
  return [first, ...rest];
}

/**
 * The key that was made for this data folder; makes one, for its owner's eyes alone, where there is none.
 * @throws Error for a file that holds none: sealing with another key would lose what was sealed before.
 */
export async function keptSecretKeys(dataFolder: string): Promise<SecretKeys> {
  const path = join(dataFolder, "secret.key");
  await mkdir(dataFolder, { recursive: true });
  const draft = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  if (!(await exists(path))) {
    try {
      await writeFile(draft, `${randomBytes(BYTES).toString("hex")}\n`, {
        mode: 0o600,
        flag: "wx",
        flush: true,
      });
      // Whole or not at all, and never over an existing one: of two that start at once one makes the key and both use it.
      await link(draft, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
    } finally {
      await rm(draft, { force: true });
    }
  }
  const keys = readSecretKeys(await readFile(path, "utf8"));
  if ("fault" in keys) throw new Error(`${path} cannot be used: ${keys.fault}.`);
  return keys;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function bytesOf(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === BYTES ? bytes : undefined;
}

function idOf(bytes: Buffer): string {
  return createHash("sha256")
    .update("freshet secret key\n")
    .update(bytes)
    .digest("hex")
    .slice(0, ID_BYTES * 2);
}
