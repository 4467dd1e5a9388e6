import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { type Kysely, openStore, type Store } from "@freshet/store";

/** What of the query builder's driver is used here. */
interface Query {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The one whose query builder and dialect are used. */
const MODEL = openStore({ file: ":memory:" });

/**
 * A database in memory, with a store for each process that works on it. Every statement waits twice for the process's `pass`: before
 * it is carried out, and before its answer arrives. Between two waits nothing happens by itself, so that whoever lets pass decides
 * over every order of events. Transactions exclude each other and single statements.
 */
export async function openScheduledDatabase(): Promise<{
  store(pass: (what: string) => Promise<void>): Store;
  close(): void;
}> {
  const database = new DatabaseSync(":memory:");
  const model = await MODEL;
  const executor = model.db.getExecutor();
  let owner: object | undefined;
  const waiting: (() => void)[] = [];
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
    });
  const giveBack = (): void => {
    owner = undefined;
    for (const resolve of waiting.splice(0)) resolve();
  };
  const run = ({ sql, parameters }: Query) => {
    const statement = database.prepare(sql);
    const values = parameters.map((value) => value as SQLInputValue);
    if (statement.columns().length > 0) {
      const rows = statement.all(...values);
      return { rows, numAffectedRows: BigInt(rows.length) };
    }
    return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) };
  };
  const connect = (pass: (what: string) => Promise<void>) => {
    const connection = {
      async executeQuery(query: Query) {
        const isInside = owner === connection;
        if (!isInside) {
          await pass(query.sql);
          // What is found free must be taken in the same turn.
          while (owner !== undefined) await change();
        }
        const result = run(query);
        if (!isInside) await pass("answer");
        return result;
      },
      async *streamQuery(query: Query) {
        yield await connection.executeQuery(query);
      },
    };
    return connection;
  };
  const driverOf = (pass: (what: string) => Promise<void>) => ({
    init: async () => {},
    acquireConnection: async () => connect(pass),
    async beginTransaction(connection: object) {
      await pass("begin");
      while (owner !== undefined) await change();
      owner = connection;
      database.exec("begin immediate");
    },
    async commitTransaction() {
      database.exec("commit");
      giveBack();
      await pass("committed");
    },
    async rollbackTransaction() {
      database.exec("rollback");
      giveBack();
    },
    releaseConnection: async () => {},
    destroy: async () => {},
  });
  // The query builder's own class, with another driver beneath it.
  const Builder = model.db.constructor as new (options: { readonly dialect: unknown }) => Kysely<unknown>;
  return {
    store(pass) {
      const dialect = {
        createDriver: () => driverOf(pass),
        createAdapter: () => executor.adapter,
        createQueryCompiler: () => ({ compileQuery: executor.compileQuery.bind(executor) }),
        createIntrospector: () => model.db.introspection,
      };
      const db = new Builder({ dialect });
      return {
        ...model,
        db,
        async migrate(_owner, migrations) {
          for (const { up } of migrations) await db.transaction().execute(up);
        },
        close: () => db.destroy(),
      };
    },
    close: () => database.close(),
  };
}
