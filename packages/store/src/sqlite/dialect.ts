import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from "kysely";
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import { type StoredValue, storedValue } from "../value.ts";
import type { SqliteDatabase } from "./database.ts";
import type { StatementRequest } from "./messages.ts";
import type { Turns } from "./turns.ts";
import { createTurns } from "./turns.ts";

/** Kysely over a database in a thread: single statements are sent at once, a transaction has the connection to itself. */
export function sqliteDialect(database: SqliteDatabase): Dialect {
  return {
    createDriver: () => new SqliteThreadDriver(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SharedSqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** Kysely would make every statement wait for the answer of the one before; the driver orders them itself. */
class SharedSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteThreadDriver implements Driver {
  readonly #database: SqliteDatabase;
  readonly #turns = createTurns();
  #transactions = 0;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<SqliteThreadConnection> {
    return new SqliteThreadConnection(this.#database, this.#turns);
  }
  async beginTransaction(connection: SqliteThreadConnection): Promise<void> {
    this.#transactions += 1;
    await connection.begin(this.#transactions);
  }
  commitTransaction(connection: SqliteThreadConnection): Promise<void> {
    return connection.end("commit");
  }
  rollbackTransaction(connection: SqliteThreadConnection): Promise<void> {
    return connection.end("rollback");
  }
  async releaseConnection(connection: SqliteThreadConnection): Promise<void> {
    connection.giveBack();
  }
  destroy(): Promise<void> {
    return this.#database.close();
  }
}

class SqliteThreadConnection implements DatabaseConnection {
  readonly #database: SqliteDatabase;
  readonly #turns: Turns;
  #transaction: number | undefined;
  #step: StatementRequest["step"];
  #giveBack: (() => void) | undefined;

  constructor(database: SqliteDatabase, turns: Turns) {
    this.#database = database;
    this.#turns = turns;
  }

  /** `begin immediate` travels with the first statement: one round trip less, and an unused transaction costs none. */
  async begin(transaction: number): Promise<void> {
    this.#giveBack = await this.#turns.own();
    this.#transaction = transaction;
    this.#step = "first";
  }

  async end(step: "commit" | "rollback"): Promise<void> {
    const begun = this.#step === "next";
    if (begun) await this.#send("", [], step);
    // A commit that failed throws above: the rollback that follows still owns the connection.
    this.giveBack();
  }

  giveBack(): void {
    this.#transaction = undefined;
    this.#step = undefined;
    this.#giveBack?.();
    this.#giveBack = undefined;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const values = parameters.map(storedValue);
    const step = this.#step;
    if (step === "first") this.#step = "next";
    const { rows, changes, insertId } =
      this.#transaction === undefined
        ? await this.#turns.share(() => this.#send(sql, values, undefined))
        : await this.#send(sql, values, step);
    return { rows: rows as unknown as R[], numAffectedRows: BigInt(changes), insertId: BigInt(insertId) };
  }

  /** Rows arrive as one piece: a chunk of a thread's answer would have to be copied anyway. */
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  #send(sql: string, parameters: readonly StoredValue[], step: StatementRequest["step"]) {
    return this.#database.run({ sql, parameters, transaction: this.#transaction, step });
  }
}
