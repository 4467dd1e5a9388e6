import type { Kysely, Transaction } from "kysely";

/**
 * Collects what is asked for while a transaction is under way and commits it in one further transaction: under load
 * many changes share one fsync. Each caller's promise settles after the commit that holds its change.
 */
export type GroupCommit<Schema> = <T>(change: (transaction: Transaction<Schema>) => Promise<T>) => Promise<T>;

/** Changes in one transaction at most. */
const GROUP = 64;

interface Asked<Schema> {
  readonly change: (transaction: Transaction<Schema>) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export function createGroupCommit<Schema>(db: Kysely<Schema>): GroupCommit<Schema> {
  let asked: Asked<Schema>[] = [];
  let isBusy = false;

  const commit = async (group: readonly Asked<Schema>[]): Promise<void> => {
    try {
      const values = await db.transaction().execute(async (transaction) => {
        const results: unknown[] = [];
        for (const { change } of group) results.push(await change(transaction));
        return results;
      });
      for (const [index, { resolve }] of group.entries()) resolve(values[index]);
    } catch (error) {
      // The whole group was rolled back: one caller's mistake must not become another's.
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await commit([one]);
    }
  };
  const drain = async (): Promise<void> => {
    isBusy = true;
    while (asked.length > 0) {
      const group = asked.slice(0, GROUP);
      asked = asked.slice(GROUP);
      await commit(group);
    }
    isBusy = false;
  };
  return <T>(change: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    asked.push({ change, resolve: (value) => resolve(value as T), reject });
    if (!isBusy) {
      isBusy = true;
      // What is asked for in the same turn belongs to the first group already.
      queueMicrotask(() => void drain());
    }
    return promise;
  };
}
