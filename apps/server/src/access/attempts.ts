import { ServerError } from "../errors.ts";
import { Failures } from "./failures.ts";

/** One more a minute is 1,450 guesses a day: with a password of twelve characters that nobody tries first, too few by far. */
const OF_ACCOUNT = { burst: 10, refillMs: 60_000 };
/** Many people may share an address, and one who attacks may have many. */
const OF_ADDRESS = { burst: 30, refillMs: 10_000 };

/** Where an attempt comes from, and at what. */
export interface Attempt {
  readonly account: string;
  readonly address: string;
  /** A browser in which this user has signed in before. */
  readonly device: string | undefined;
}

/**
 * How often somebody may try to sign in. A browser that is known to the account has attempts of its own, so that nobody who tries
 * elsewhere, however often, keeps the user out; a one-time link needs none at all.
 */
export class SignInAttempts {
  readonly #accounts: Failures;
  readonly #addresses: Failures;
  readonly #devices: Failures;

  constructor(now: () => number) {
    this.#accounts = new Failures(now, OF_ACCOUNT);
    this.#addresses = new Failures(now, OF_ADDRESS);
    this.#devices = new Failures(now, OF_ACCOUNT);
  }

  /**
   * Counts a failure in advance, because many may be tried at once; the function that it answers with takes it back.
   * @throws ServerError SIGN_IN_TOO_OFTEN.
   */
  begin({ account, address, device }: Attempt): () => void {
    const counted =
      device === undefined
        ? ([
            [this.#accounts, account],
            [this.#addresses, address],
          ] as const)
        : ([[this.#devices, `${account} ${device}`]] as const);
    const waits = counted.map(([failures, name]) => failures.secondsUntilOne(name));
    const wait = Math.max(...waits);
    if (wait > 0) throw new TooOften(wait);
    for (const [failures, name] of counted) failures.add(name);
    return () => {
      for (const [failures, name] of counted) failures.forgive(name);
    };
  }
}

/** Says when to come back. */
class TooOften extends ServerError {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super("SIGN_IN_TOO_OFTEN");
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
