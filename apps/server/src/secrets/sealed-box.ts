import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Secret } from "./secret.ts";
import { keptSecretKeys, readSecretKeys, type SecretKey, type SecretKeys } from "./secret-key.ts";

const NAME = "freshet-sealed-1";
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^freshet-sealed-1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;

/** Why a sealed text cannot be opened. */
export type SealFault =
  /** It was sealed with a key that is not here. */
  | "key-unknown"
  /** It was changed, cut off, or belongs to another place. */
  | "damaged"
  /** It is nothing that was sealed. */
  | "not-sealed";

const SENTENCES: Readonly<Record<SealFault, string>> = {
  "key-unknown":
    "The secret was sealed with a key that is not among FRESHET_SECRET_KEY. Add that key behind the newest one, or enter the secret again.",
  damaged: "The sealed secret was changed or is incomplete. Enter it again.",
  "not-sealed": "This is no sealed secret.",
};

/** A sealed text that cannot be opened; its message says what to do and holds nothing of the text. */
export class SealError extends Error {
  readonly fault: SealFault;
  constructor(fault: SealFault) {
    super(SENTENCES[fault]);
    this.name = "SealError";
    this.fault = fault;
  }
}

/** Keeps secrets at rest (AES-256-GCM). */
export interface SealedBox {
  /**
   * A line of text that says nothing of the secret but its length. `place` is what it belongs to, such as "shop/_media_": sealed for
   * one place it cannot be opened for another.
   */
  seal(text: string, place?: string): string;
  /** @throws SealError. */
  open(sealed: string, place?: string): string;
  /** Whether it was sealed with an older key: sealing it again lets that one go. */
  isOld(sealed: string): boolean;
}

/** The first key seals, all of them open: a new one is put before the old, and the old goes when nothing is old any more. */
export function createSealedBox(keys: SecretKeys): SealedBox {
  const [newest] = keys;
  const keyOf = (id: string): SecretKey | undefined => keys.find((each) => each.id === id);
  return {
    seal(text, place = "") {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, newest.bytes, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(newest.id, place));
      const parts = [nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
      return `${NAME}.${newest.id}.${Buffer.concat(parts).toString("base64url")}`;
    },
    open(sealed, place = "") {
      const [, id = "", written = ""] = FORM.exec(sealed) ?? [];
      if (id === "") throw new SealError("not-sealed");
      const key = keyOf(id);
      if (!key) throw new SealError("key-unknown");
      const bytes = Buffer.from(written, "base64url");
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealError("damaged");
      const end = bytes.length - TAG_BYTES;
      try {
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const decipher = createDecipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(boundTo(id, place)).setAuthTag(bytes.subarray(end));
        return Buffer.concat([
          decipher.update(bytes.subarray(NONCE_BYTES, end)),
          decipher.final(),
        ]).toString();
      } catch {
        throw new SealError("damaged");
      }
    },
    isOld: (sealed) => FORM.exec(sealed)?.[1] !== newest.id,
  };
}

/** The box of an installation: with the keys that it was given, else with the one in its data folder, made where there is none. */
export async function sealedBoxOf(config: {
  readonly secretKey: Secret | undefined;
  readonly dataFolder: string;
}): Promise<SealedBox> {
  const keys = config.secretKey && readSecretKeys(config.secretKey.reveal());
  if (keys && "fault" in keys) throw new Error(`FRESHET_SECRET_KEY cannot be used: ${keys.fault}.`);
  return createSealedBox(keys ?? (await keptSecretKeys(config.dataFolder)));
}

function boundTo(id: string, place: string): Buffer {
  return Buffer.from(`${NAME}\n${id}\n${place}`);
}
