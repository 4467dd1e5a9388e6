import type { PostgresPoolClient, PostgresQueryResult } from "kysely";
import type { PoolClient, QueryResult } from "pg";
import { StoreError } from "../errors.ts";
import { storedValue } from "../value.ts";
import { explain, type Fault } from "./faults.ts";

/** Gives connections that are prepared and checked. Rejects with a StoreError; waits a while for a server that restarts. */
export type Acquire = () => Promise<PoolClient>;

/** A statement that certainly changed nothing is sent again this often, each time on a connection that works. */
const TRIES = 3;

/**
 * Where a transaction stands. "promised": it was asked for, but nothing was sent. "open": its first statement was carried
 * out. "over": a statement failed or the connection was lost; only its end may follow.
 */
type Step = "none" | "promised" | "open" | "over";

/**
 * One user of one connection at a time: what Kysely holds while it runs a statement or a transaction. It replaces a
 * connection that broke as long as nothing can have been changed through it, and says whether something was when it cannot.
 */
export class Session implements PostgresPoolClient {
  readonly #acquire: Acquire;
  readonly #released: () => void;
  #client: PoolClient | undefined;
  #step: Step = "none";
  #begin = "begin";
  #isReleased = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(acquire: Acquire, client: PoolClient, released: () => void) {
    this.#acquire = acquire;
    this.#client = client;
    this.#released = released;
  }

  /** Statements of one session run in the order of the calls, each after the one before has ended. */
  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query(cursor: object): never;
  query<R>(sql: string | object, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> {
    if (typeof sql !== "string") throw new StoreError("STORE_BROKEN", "rows come as one piece here");
    const result = this.#last.then(() => this.#run(sql, parameters));
    this.#last = result.catch(() => {});
    return result as Promise<PostgresQueryResult<R>>;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    // A transaction that was neither committed nor rolled back must not be handed on.
    this.#drop(this.#step !== "none");
    this.#released();
  }

  async #run(sql: string, parameters: readonly unknown[]): Promise<Answer> {
    const verb = /^\s*(\w*)/.exec(sql)?.[1]?.toLowerCase();
    if (verb === "begin" || verb === "start") {
      // It travels with the first statement, so that both can be repeated on another connection.
      this.#begin = sql;
      this.#step = "promised";
      return done("BEGIN");
    }
    if (verb === "commit") return this.#commit();
    if (verb === "rollback" && !/\bto\b/i.test(sql)) return this.#rollback();
    if (this.#step === "over") throw new StoreError("STORE_ROLLED_BACK");
    const values = parameters.map(storedValue);
    for (let attempt = 1; ; attempt += 1) {
      const client = await this.#connected();
      try {
        if (this.#step === "promised") await client.query(this.#begin);
        const result = await client.query(sql, [...values]);
        if (this.#step === "promised") this.#step = "open";
        return answer(result);
      } catch (thrown) {
        const fault = explain(thrown);
        if (fault.isLost) this.#drop(true);
        const isUnchanged = isWithoutEffect(fault, verb);
        if (attempt < TRIES && this.#step === "promised" && fault.isLost) continue;
        if (attempt < TRIES && this.#step === "none" && fault.isPassing && isUnchanged) continue;
        // Inside a transaction nothing is changed before its commit; outside, the lost answer may have been a yes.
        const isUnsure = this.#step === "none" && !isUnchanged;
        if (this.#step !== "none") this.#step = "over";
        throw isUnsure ? unsure(fault) : fault.error;
      }
    }
  }

  async #commit(): Promise<Answer> {
    if (this.#step === "over") throw new StoreError("STORE_ROLLED_BACK");
    const isOpen = this.#step === "open";
    this.#step = "none";
    if (!isOpen) return done("COMMIT");
    try {
      const client = await this.#connected();
      const { command } = await client.query("commit");
      // The server ends a transaction with a failed statement by doing the opposite, and says so.
      if (command === "ROLLBACK") throw new StoreError("STORE_ROLLED_BACK");
      return done("COMMIT");
    } catch (thrown) {
      const fault = explain(thrown);
      if (fault.isLost) this.#drop(true);
      throw fault.isLost && !fault.isUnsent ? unsure(fault) : fault.error;
    }
  }

  /** Never fails: what cannot be rolled back any more the server rolls back by itself. */
  async #rollback(): Promise<Answer> {
    const isBegun = this.#step === "open" || this.#step === "over";
    this.#step = "none";
    if (isBegun) await this.#client?.query("rollback").catch(() => this.#drop(true));
    return done("ROLLBACK");
  }

  async #connected(): Promise<PoolClient> {
    if (this.#isReleased) throw new StoreError("STORE_ROLLED_BACK");
    try {
      this.#client ??= await this.#acquire();
      return this.#client;
    } catch (error) {
      if (this.#step !== "none") this.#step = "over";
      throw error;
    }
  }

  #drop(isBroken: boolean): void {
    this.#client?.release(isBroken);
    this.#client = undefined;
  }
}

/** Whether a single statement that failed certainly left everything as it was. */
function isWithoutEffect({ isLost, isUnsent, error }: Fault, verb: string | undefined): boolean {
  return !isLost || isUnsent || verb === "select" || error.code !== "STORE_GONE";
}

function unsure({ error }: Fault): StoreError {
  return new StoreError("STORE_UNSURE", error.detail, { cause: error.cause });
}

type Answer = PostgresQueryResult<Readonly<Record<string, unknown>>>;

function answer({ command, rowCount, rows }: QueryResult): Answer {
  return { command: command as Answer["command"], rowCount: rowCount ?? 0, rows };
}

function done(command: string): Answer {
  return { command: command as Answer["command"], rowCount: 0, rows: [] };
}
