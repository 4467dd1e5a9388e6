import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StoreErrorCode } from "../errors.ts";
import { StoreError } from "../errors.ts";
import type { StatementRequest, StatementResult } from "./messages.ts";

/** Compiled statements kept; texts differ only in their number of rows, so few are enough. */
const KEPT_STATEMENTS = 256;
const NO_ROWS: StatementResult = { rows: [], changes: 0, insertId: 0 };

interface Prepared {
  readonly statement: StatementSync;
  readonly gives: boolean;
}

/**
 * Runs statements on one connection, one after the other. A statement that fails ends its transaction, as it does on
 * PostgreSQL; what follows in a transaction that is no longer open fails.
 */
export function createStatements(database: DatabaseSync): (request: StatementRequest) => StatementResult {
  const prepared = new Map<string, Prepared>();
  let open: number | undefined;

  const prepare = (sql: string): Prepared => {
    const known = prepared.get(sql);
    if (known) {
      prepared.delete(sql);
      prepared.set(sql, known);
      return known;
    }
    const statement = database.prepare(sql);
    const made = { statement, gives: statement.columns().length > 0 };
    prepared.set(sql, made);
    const oldest = prepared.size > KEPT_STATEMENTS ? prepared.keys().next().value : undefined;
    if (oldest !== undefined) prepared.delete(oldest);
    return made;
  };

  const run = (sql: string, parameters: StatementRequest["parameters"]): StatementResult => {
    // A changed table may have other columns than a kept statement was asked about.
    if (/^\s*(create|alter|drop)\b/i.test(sql)) prepared.clear();
    const { statement, gives } = prepare(sql);
    if (gives) {
      const rows = statement.all(...parameters);
      return { rows, changes: rows.length, insertId: 0 };
    }
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], changes, insertId: lastInsertRowid };
  };

  return (request) => {
    const { transaction, step } = request;
    if (transaction === undefined) return run(request.sql, request.parameters);
    if (step === "first") {
      database.exec("begin immediate");
      open = transaction;
    }
    // SQLite ends a transaction by itself when the disk is full or broken; what follows must not run outside of it.
    const isOpen = open === transaction && database.isTransaction;
    if (step === "rollback") {
      open = undefined;
      if (isOpen) database.exec("rollback");
      return NO_ROWS;
    }
    if (!isOpen) throw new StoreError("STORE_ROLLED_BACK");
    if (step !== "commit") {
      try {
        return run(request.sql, request.parameters);
      } catch (error) {
        open = undefined;
        if (database.isTransaction) database.exec("rollback");
        throw error;
      }
    }
    database.exec("commit");
    open = undefined;
    return NO_ROWS;
  };
}

/** SQLite's primary result codes (sqlite.org/rescode.html) that a caller may want to tell apart. */
const CODES: Readonly<Record<number, StoreErrorCode>> = {
  5: "STORE_BUSY",
  6: "STORE_BUSY",
  13: "STORE_FULL",
  19: "STORE_CONSTRAINT",
};

/** The code and the database's sentence of whatever a statement threw. */
export function explain(error: unknown): { readonly code: StoreErrorCode; readonly detail: string } {
  if (error instanceof StoreError) return { code: error.code, detail: error.detail ?? "" };
  const detail = error instanceof Error ? error.message : String(error);
  const errcode =
    typeof error === "object" && error !== null && "errcode" in error ? Number(error.errcode) : 0;
  return { code: CODES[errcode & 0xff] ?? "STORE_BROKEN", detail };
}
