export type {
  ExpressionBuilder,
  Generated,
  Insertable,
  Kysely,
  RawBuilder,
  Selectable,
  Transaction,
} from "kysely";
export { sql } from "kysely";
export type { Backoff } from "./backoff.ts";
export { backoffMs } from "./backoff.ts";
export type { StoreErrorCode } from "./errors.ts";
export { isStoreError, STORE_ERRORS, StoreError } from "./errors.ts";
export { createGathering } from "./gather.ts";
export type { Migration } from "./migrate.ts";
export type { Queue, QueueColumns, QueueOptions } from "./queue.ts";
export { createQueue, withQueueColumns } from "./queue.ts";
export type { EmbeddedOptions, PostgresOptions, Store, StoreOptions } from "./store.ts";
export { openStore } from "./store.ts";
export type { QueueWorker, WorkerOptions } from "./worker.ts";
export { createWorker } from "./worker.ts";
