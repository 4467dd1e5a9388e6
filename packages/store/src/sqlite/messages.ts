import type { StoreErrorCode } from "../errors.ts";
import type { StoredValue } from "../value.ts";

/** What the worker thread opens before it answers anything. */
export interface OpenSettings {
  readonly file: string;
  /** Milliseconds a statement waits for another process that holds the write lock. */
  readonly busyTimeout: number;
}

/** One statement on its way to the worker thread. Statements run in the order in which they are sent. */
export interface StatementRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly StoredValue[];
  /** The transaction the statement belongs to; `begin immediate` runs before its first statement. */
  readonly transaction: number | undefined;
  /** Whether the statement opens, goes on in, or ends that transaction. */
  readonly step: "first" | "next" | "commit" | "rollback" | undefined;
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly changes: number | bigint;
  readonly insertId: number | bigint;
}

export type StatementReply =
  | { readonly id: number; readonly result: StatementResult }
  | { readonly id: number; readonly error: { readonly code: StoreErrorCode; readonly detail: string } };

/** To the worker: statements, or the wish to close. Back: "opened", replies, "closed". */
export type ToWorker = { readonly statements: readonly StatementRequest[] } | { readonly close: true };
export type FromWorker =
  | { readonly opened: true }
  | { readonly failed: { readonly code: StoreErrorCode; readonly detail: string } }
  | { readonly replies: readonly StatementReply[] }
  | { readonly closed: true };
