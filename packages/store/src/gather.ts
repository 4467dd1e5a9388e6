import { isStoreError, type StoreErrorCode } from "./errors.ts";

interface Asked<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** What may be one caller's fault; anything else of the store concerns all, or was carried out for all unseen. */
const ONES_OWN: readonly StoreErrorCode[] = ["STORE_CONSTRAINT", "STORE_BROKEN", "STORE_ROLLED_BACK"];

/**
 * Collects items while a run is under way and hands them to the next run together: under load many changes share one
 * transaction and one fsync, and a lone one does not wait. `run` answers in the order of its items and either carries out
 * all of them or none; when a run of several fails by a mistake of one, each is run alone, so that it is not another's. A
 * database that is away, or that may have carried the run out unseen, is an answer to all: nothing is done twice.
 */
export function createGathering<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  most: number,
): (item: Item) => Promise<Result> {
  let asked: Asked<Item, Result>[] = [];
  let isBusy = false;

  const carry = async (group: readonly Asked<Item, Result>[]): Promise<void> => {
    try {
      const results = await run(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      const isOnes = !isStoreError(error) || ONES_OWN.includes(error.code);
      if (group.length === 1 || !isOnes) for (const { reject } of group) reject(error);
      else for (const one of group) await carry([one]);
    }
  };
  const drain = async (): Promise<void> => {
    while (asked.length > 0) {
      const group = asked.slice(0, most);
      asked = asked.slice(most);
      await carry(group);
    }
    isBusy = false;
  };
  return (item) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    asked.push({ item, resolve, reject });
    if (!isBusy) {
      isBusy = true;
      // What is asked for in the same turn belongs to the first run already.
      queueMicrotask(() => void drain());
    }
    return promise;
  };
}
