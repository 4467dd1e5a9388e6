/** Where a body goes that is too large to be held. */
export interface Spool {
  /** Bytes that are held at most: a body that has more, and is taken, is written away from then on. */
  readonly from: number;
  /** Of a body that is taken. */
  readonly maxBytes: number;
  /** Whether a body that begins so is taken; every other one has to fit into memory. */
  takes(beginning: Uint8Array): boolean;
  open(): Spooling;
}

/** A body on its way. None of these rejects. */
export interface Spooling {
  /** False where there is no room for it. */
  write(bytes: Uint8Array): Promise<boolean>;
  /** SHA-256 in hex of all that was written; to be asked for once. */
  digest(): string;
  /** Keeps it under its digest; false where that cannot be. */
  keep(digest: string): Promise<boolean>;
  /** Takes away what was not kept. */
  discard(): Promise<void>;
}

/** A body that was written away whole. */
export interface Spooled {
  readonly body: Spooling;
  readonly size: number;
  /** Its first bytes. */
  readonly beginning: Uint8Array;
}

/** What is kept of the beginning. */
const BEGINNING = 4_096;
/** Written at once of what was held, so that nobody waits for its checksums. */
const PIECE = 1 << 20;

/** One body that is written away, as far as it has come. */
export class Overflow {
  readonly #spool: Spool;
  readonly #body: Spooling;
  #beginning = new Uint8Array(0);
  #size = 0;

  constructor(spool: Spool) {
    this.#spool = spool;
    this.#body = spool.open();
  }

  /** What became of it with these bytes more. */
  async add(bytes: Uint8Array): Promise<"taken" | "too-large" | "no-room"> {
    this.#size += bytes.length;
    if (this.#size > this.#spool.maxBytes) return "too-large";
    if (this.#beginning.length === 0) this.#beginning = bytes.slice(0, BEGINNING);
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (!(await this.#body.write(bytes.subarray(at, at + PIECE)))) return "no-room";
    }
    return "taken";
  }

  get whole(): Spooled {
    return { body: this.#body, size: this.#size, beginning: this.#beginning };
  }

  discard(): Promise<void> {
    return this.#body.discard();
  }
}
