import type { StoreErrorCode } from "../errors.ts";
import { isStoreError, StoreError } from "../errors.ts";

/** What an error of the driver means, and what it leaves behind. */
export interface Fault {
  readonly error: StoreError;
  /** The connection is of no further use. */
  readonly isLost: boolean;
  /** The statement never left this process. */
  readonly isUnsent: boolean;
  /** The same may work in a moment: the server restarts, is full, or chose this statement to end a deadlock. */
  readonly isPassing: boolean;
}

/** SQLSTATE, whole or its class (postgresql.org/docs/current/errcodes-appendix.html) → our code. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  "08": "STORE_GONE",
  "23": "STORE_CONSTRAINT",
  "25006": "STORE_STANDBY",
  "25P02": "STORE_ROLLED_BACK",
  "25P03": "STORE_GONE",
  "28": "STORE_REFUSED",
  "3D000": "STORE_REFUSED",
  "40001": "STORE_BUSY",
  "40P01": "STORE_BUSY",
  "42501": "STORE_REFUSED",
  "53100": "STORE_FULL",
  "53300": "STORE_BUSY",
  "55P03": "STORE_BUSY",
  "57014": "STORE_BUSY",
  "57P01": "STORE_GONE",
  "57P02": "STORE_GONE",
  "57P03": "STORE_GONE",
  "57P05": "STORE_GONE",
};
/** The server ends the connection with these; 53300 and 57P03 never let it begin. */
const ENDING = /^(08|25P03|28|3D000|53300|57P0[1235])/;
const PASSING = /^(08|40001|40P01|53300|57P0[123])/;

/** Explains whatever the driver rejected with. */
export function explain(thrown: unknown): Fault {
  if (isStoreError(thrown)) {
    const isLost = thrown.code === "STORE_STANDBY" || thrown.code === "STORE_UNSUITABLE";
    return { error: thrown, isLost, isUnsent: false, isPassing: thrown.code === "STORE_STANDBY" };
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  const state = stateOf(thrown);
  if (state !== undefined) {
    const code = CODES[state] ?? CODES[state.slice(0, 2)] ?? "STORE_BROKEN";
    return {
      error: new StoreError(code, detail, { cause: thrown }),
      // A server that takes no changes any more was demoted: the next connection may find another.
      isLost: ENDING.test(state) || code === "STORE_STANDBY",
      isUnsent: false,
      isPassing: PASSING.test(state),
    };
  }
  // pg-pool's words for "no connection became free".
  if (detail.startsWith("timeout exceeded when trying to connect")) {
    const error = new StoreError("STORE_BUSY", "all connections of the pool are in use", { cause: thrown });
    return { error, isLost: true, isUnsent: true, isPassing: false };
  }
  // Everything without a SQLSTATE comes from the socket, not from the server.
  return {
    error: new StoreError("STORE_GONE", detail || socketCode(thrown), { cause: thrown }),
    isLost: true,
    isUnsent: /not queryable/.test(detail),
    isPassing: true,
  };
}

function stateOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  const { code } = thrown;
  // A socket's codes, such as EPIPE, are five capitals too; a SQLSTATE of the server comes with a severity.
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && "severity" in thrown ? code : undefined;
}

/** Node gathers the failures of several addresses in an error without a sentence. */
function socketCode(thrown: unknown): string {
  return typeof thrown === "object" && thrown !== null && "code" in thrown
    ? String(thrown.code)
    : "no reason given";
}
