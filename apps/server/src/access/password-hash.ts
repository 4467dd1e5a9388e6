import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { ServerError } from "../errors.ts";

/**
 * Argon2id as OWASP's Password Storage Cheat Sheet has it at least: 19 MiB, two passes, one lane; 16 bytes of salt and 32 of hash as
 * RFC 9106 (section 4) recommends. About 50 ms of one core.
 */
const COST = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;
const SALT_BYTES = 16;
/** Of hashes that stand in the store, whoever wrote them: more would be a way to stop the server. */
const MOST_MEMORY = 2 ** 18;
const MOST_PASSES = 20;

/** Each takes a thread and its memory, which pictures need too. */
const AT_ONCE = 2;
const MOST_WAITING = 50;

/** The PHC form, see https://github.com/P-H-C/phc-string-format. */
const FORM =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

const derive = promisify<"argon2id", Argon2Parameters, Buffer>(argon2);

/** Hashes passwords, a few at a time. */
export interface PasswordHashes {
  /** @throws ServerError SIGN_IN_TOO_OFTEN when too many wait already. */
  make(password: string): Promise<string>;
  /**
   * Whether the password is the one whose hash this is. It works as long for a user who has none, or is not there, as for any other.
   * @throws ServerError SIGN_IN_TOO_OFTEN when too many wait already.
   */
  isRight(password: string, hash: string | null): Promise<boolean>;
  /** Whether a hash was made more cheaply than hashes are made now. */
  isOld(hash: string): boolean;
}

export function createPasswordHashes(): PasswordHashes {
  const enter = createGate();
  const run = (password: string, nonce: Buffer, cost: Cost) =>
    enter(() => derive("argon2id", { message: Buffer.from(normalise(password)), nonce, ...cost }));
  const nobody = { salt: randomBytes(SALT_BYTES), tag: randomBytes(COST.tagLength), cost: COST };
  return {
    async make(password) {
      const salt = randomBytes(SALT_BYTES);
      const tag = await run(password, salt, COST);
      const { memory, passes, parallelism } = COST;
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
    },
    async isRight(password, hash) {
      const kept = hash === null ? undefined : readHash(hash);
      const { salt, tag, cost } = kept ?? nobody;
      const isSame = timingSafeEqual(await run(password, salt, cost), tag);
      return isSame && kept !== undefined;
    },
    isOld(hash) {
      const cost = readHash(hash)?.cost;
      return cost === undefined || cost.memory < COST.memory || cost.passes < COST.passes;
    },
  };
}

type Cost = Pick<Argon2Parameters, "memory" | "passes" | "parallelism" | "tagLength">;

function readHash(
  text: string,
): { readonly salt: Buffer; readonly tag: Buffer; readonly cost: Cost } | undefined {
  const found = FORM.exec(text);
  if (!found) return undefined;
  const [memory = 0, passes = 0, parallelism = 0] = found.slice(1, 4).map(Number);
  const [salt, tag] = [Buffer.from(found[4] ?? "", "base64"), Buffer.from(found[5] ?? "", "base64")];
  const isBounded =
    memory >= 8 * parallelism &&
    memory <= MOST_MEMORY &&
    passes >= 1 &&
    passes <= MOST_PASSES &&
    parallelism >= 1;
  return isBounded ? { salt, tag, cost: { memory, passes, parallelism, tagLength: tag.length } } : undefined;
}

/** Keyboards write the same letter in several ways (NIST SP 800-63B, section 3.1.1.2). */
const normalise = (password: string) => password.normalize("NFKC");

const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");

function createGate(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= MOST_WAITING) throw new ServerError("SIGN_IN_TOO_OFTEN");
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      // Who waits longest takes the place as it is.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
