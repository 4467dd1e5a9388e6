/** Everything that can go wrong with the store: permanent code → sentence. Sentences say what happened, then what to do. */
export const STORE_ERRORS = {
  STORE_CONSTRAINT: "The row contradicts a rule of its table.",
  STORE_BUSY:
    "Somebody else held the database for too long. Nothing was changed; try again, or stop the other process.",
  STORE_FULL: "The disk of the database is full. Free some space; nothing that was answered is lost.",
  STORE_CLOSED: "The store is closed.",
  STORE_BROKEN: "The database did not carry out a statement.",
  STORE_OUTDATED: "The database was written by a newer release. Start that release, or restore a backup.",
  STORE_ROLLED_BACK: "The transaction is no longer open: the database rolled it back.",
  STORE_GONE:
    "The database cannot be reached. Nothing was changed; try again when it is back, or check its address.",
  STORE_UNSURE:
    "The connection broke while the database carried out a change. Look whether it did before you repeat it.",
  STORE_REFUSED: "The database refuses this user. Check the name, the password and the rights.",
  STORE_STANDBY:
    "This database is a copy that takes no changes. Name the primary, or wait until this one is promoted.",
  STORE_UNSUITABLE: "This database cannot be used as it is. Make one that is as described.",
} as const satisfies Record<string, string>;

export type StoreErrorCode = keyof typeof STORE_ERRORS;

const BRAND = Symbol.for("freshet.store-error");

/** An error with a code of the table; `detail` is the database's own sentence, for the log and not for callers. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly detail: string | undefined;
  constructor(code: StoreErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? STORE_ERRORS[code] : `${STORE_ERRORS[code]} (${detail})`, options);
    this.name = "StoreError";
    this.code = code;
    this.detail = detail;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

export function isStoreError(value: unknown): value is StoreError {
  return typeof value === "object" && value !== null && BRAND in value;
}
