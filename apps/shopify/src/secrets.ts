import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Seals texts for the store with AES-256-GCM. A sealed text opens only for the place it was sealed for. */
export interface Seal {
  close(text: string, place: string): string;
  /** @throws Error when it was changed, is of another place, or its key is not there. Says nothing of the text. */
  open(sealed: string, place: string): string;
}

const KEY_BYTES = 32;

/** The first key seals, all of them open, so that a key can be exchanged. Each has 32 bytes. */
export function createSeal(keys: readonly Uint8Array[]): Seal {
  const [first] = keys;
  if (first === undefined) throw new TypeError("A seal needs a key.");
  const byName = new Map(keys.map((key) => [nameOf(key), key]));
  return {
    close(text, place) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", first, nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return [
        "s1",
        nameOf(first),
        nonce.toString("base64url"),
        Buffer.concat([cipher.getAuthTag(), body]).toString("base64url"),
      ].join(".");
    },
    open(sealed, place) {
      const [form, name = "", nonce = "", body = ""] = sealed.split(".");
      const key = byName.get(name);
      if (form !== "s1" || key === undefined)
        throw new Error(
          "A secret of the store was sealed with another key. Start with FRESHET_SHOPIFY_SECRET_KEY as it was.",
        );
      try {
        const bytes = Buffer.from(body, "base64url");
        const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"), {
          authTagLength: 16,
        });
        decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(0, 16));
        return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString("utf8");
      } catch {
        throw new Error("A secret of the store is damaged, or stands where it does not belong.");
      }
    },
  };
}

const nameOf = (key: Uint8Array) =>
  createHash("sha256").update("name of ").update(key).digest("hex").slice(0, 8);

/** Keys in hex or base64, one a line or with commas between; undefined for anything that is not 32 bytes each. */
export function readSealKeys(text: string): readonly Uint8Array[] | undefined {
  const keys = text
    .split(/[\s,]+/)
    .filter((each) => each !== "")
    .map((each) => Buffer.from(each, /^[0-9a-f]{64}$/i.test(each) ? "hex" : "base64"));
  return keys.length > 0 && keys.every((key) => key.length === KEY_BYTES) ? keys : undefined;
}

/** The key that is kept in a file which only its owner may read; made at the first start. */
export function keptSealKey(file: string): Uint8Array {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${randomBytes(KEY_BYTES).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
  }
  const [key] = readSealKeys(readFileSync(file, "utf8")) ?? [];
  if (key === undefined) throw new Error(`${file} holds no key of 32 bytes. Put back the file as it was.`);
  return key;
}
