import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Proofs that somebody signed in with a browser before. They grant nothing but attempts of their own. */
export interface Devices {
  /** A new proof, to be kept in the browser. */
  make(userId: string): Promise<string>;
  /** Whether the proof is one for this user. */
  isKnown(proof: string | undefined, userId: string): Promise<boolean>;
}

const FORM = /^([\w-]{22})\.([\w-]{43})$/;

/**
 * Nothing is kept of them: the key signs user and number (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 * @param readKey gives the key that all instances share.
 */
export function createDevices(readKey: () => Promise<Buffer>): Devices {
  let key: Buffer | undefined;
  const sign = async (userId: string, number: string) => {
    key ??= await readKey();
    return createHmac("sha256", key).update(`device ${userId} ${number}`).digest();
  };
  return {
    async make(userId) {
      const number = randomBytes(16).toString("base64url");
      return `${number}.${(await sign(userId, number)).toString("base64url")}`;
    },
    async isKnown(proof, userId) {
      const [, number, signature] = FORM.exec(proof ?? "") ?? [];
      if (number === undefined || signature === undefined) return false;
      const sent = Buffer.from(signature, "base64url");
      const made = await sign(userId, number);
      return sent.length === made.length && timingSafeEqual(sent, made);
    },
  };
}
