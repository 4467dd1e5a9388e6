import type { Kysely } from "@freshet/store";
import type { EntryRow, InvalidationTables, TargetRow } from "./migrations.ts";

/** An entry that has ended, as far as it is counted. */
export interface Counted {
  readonly row: Pick<
    EntryRow,
    | "id"
    | "status"
    | "scope"
    | "attempt"
    | "received_at"
    | "instances_at"
    | "nodes_at"
    | "ended_at"
    | "evidence"
  >;
  readonly targets: readonly Pick<TargetRow, "node" | "status">[];
}

/** How the open entries stand. */
export interface OpenCount {
  readonly byStatus: ReadonlyMap<string, number>;
  /** Of each node: purges that it still waits for, how far it is behind the journal's head, and when the oldest of them was received. */
  readonly nodes: ReadonlyMap<
    string,
    { readonly waiting: number; readonly lag: number; readonly oldest: number | undefined }
  >;
}

/** Counts what the journal says, for metrics. */
export interface Census {
  /** The entry has ended here: it is read with others, a moment later. */
  ended(entry: string): void;
  open(): Promise<OpenCount>;
  stop(): Promise<void>;
}

const MOMENT_MS = 250;
const AT_ONCE = 500;
/** More that nobody could read are not counted any more. */
const MOST_WAITING = 20_000;

export function createCensus(parts: {
  readonly db: Kysely<InvalidationTables>;
  readonly nodes: readonly string[];
  readonly counted: (some: readonly Counted[]) => void;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Census {
  const { db, nodes } = parts;
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let reading: Promise<void> = Promise.resolve();

  const read = async (): Promise<void> => {
    for (let ids = waiting.slice(0, AT_ONCE); ids.length > 0; ids = waiting.slice(0, AT_ONCE)) {
      const [rows, targets] = await Promise.all([
        db
          .selectFrom("invalidation_entry")
          .select(["id", "status", "scope", "attempt", "received_at", "instances_at", "nodes_at", "ended_at"])
          .select("evidence")
          .where("id", "in", ids)
          .where("ended_at", "is not", null)
          .execute(),
        db
          .selectFrom("invalidation_target")
          .select(["entry", "node", "status"])
          .where("entry", "in", ids)
          .execute(),
      ]);
      waiting = waiting.slice(ids.length);
      const targetsOf = Map.groupBy(targets, ({ entry }) => entry);
      parts.counted(rows.map((row) => ({ row, targets: targetsOf.get(row.id) ?? [] })));
    }
  };
  const readSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      reading = read().catch((error) => {
        parts.log("invalidations not counted", { error: String(error) });
        waiting = waiting.slice(-MOST_WAITING);
      });
    }, MOMENT_MS);
    timer.unref();
  };
  return {
    ended(entry) {
      waiting.push(entry);
      readSoon();
    },
    async open() {
      const [statuses, fresh, targets, head] = await Promise.all([
        db
          .selectFrom("invalidation_entry")
          .select(({ fn }) => ["status", fn.countAll().as("count")])
          .where("next_at", "is not", null)
          .groupBy("status")
          .execute(),
        // Until an entry is begun its targets are written nowhere: all nodes wait for it.
        db
          .selectFrom("invalidation_entry")
          .select(({ fn }) => [
            fn.countAll().as("count"),
            fn.min("sequence").as("first"),
            fn.min("received_at").as("oldest"),
          ])
          .where("next_at", "is not", null)
          .where("status", "=", "RECEIVED")
          .where("attempt", "=", 1)
          .executeTakeFirst(),
        db
          .selectFrom("invalidation_entry as e")
          .innerJoin("invalidation_target as t", "t.entry", "e.id")
          .select(({ fn }) => [
            "t.node",
            fn.countAll().as("count"),
            fn.min("e.sequence").as("first"),
            fn.min("e.received_at").as("oldest"),
          ])
          .where("e.next_at", "is not", null)
          .where("t.status", "=", "waiting")
          .groupBy("t.node")
          .execute(),
        db.selectFrom("invalidation_sequence").select("n").executeTakeFirst(),
      ]);
      const least = (values: readonly (number | null | undefined)[]): number | undefined => {
        const known = values.filter((value) => typeof value === "number");
        return known.length === 0 ? undefined : Math.min(...known);
      };
      const ofNode = (node: string) => {
        const own = targets.find((each) => each.node === node);
        const first = least([own?.first, fresh?.first]);
        return {
          waiting: Number(own?.count ?? 0) + Number(fresh?.count ?? 0),
          lag: first === undefined ? 0 : Math.max(0, (head?.n ?? 0) - first + 1),
          oldest: least([own?.oldest, fresh?.oldest]),
        };
      };
      return {
        byStatus: new Map(statuses.map(({ status, count }) => [status, Number(count)])),
        nodes: new Map(nodes.map((node) => [node, ofNode(node)])),
      };
    },
    async stop() {
      clearTimeout(timer);
      await reading;
    },
  };
}
