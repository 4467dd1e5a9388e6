import type { Kysely } from "@freshet/store";
import type { Coverage } from "../cache/coverage.ts";
import type { Accepted } from "./journal.ts";
import { markOfFloor, marksOf } from "./marks.ts";
import type { InvalidationTables } from "./migrations.ts";
import type { Remembered } from "./ports.ts";
import { FOREIGN, type Seen } from "./seen.ts";

/** Entries read at a time while catching up. */
const PAGE = 200;

/** Applies the journal to this instance: in order, without gaps. */
export interface Follow {
  /** Restores head and floors; call it before anything is served. Resolves to the number it stands at. */
  start(): Promise<number>;
  /** Takes an entry that was just committed. Resolves once it, and everything before it, is applied. */
  offer(accepted: Pick<Accepted, "uuid" | "sequence" | "marks">): Promise<void>;
  /** Resolves once everything through the number is applied; rejects when the journal does not reach so far. */
  through(sequence: number): Promise<void>;
  /** Applies what others have committed. */
  look(): Promise<void>;
  /** How far this instance has come. */
  seen(): Seen;
}

export function createFollow(parts: {
  readonly db: Kysely<InvalidationTables>;
  readonly coverage: Coverage;
  readonly remembered: Remembered | undefined;
  /** More is applied. */
  readonly changed: () => void;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Follow {
  const { db, coverage, remembered, changed, log } = parts;
  /** The entry of the number that is applied last, where there is one. */
  let newest: Seen = { sequence: 0, entry: undefined };
  let catching: Promise<void> | undefined;
  let looking: Promise<void> | undefined;

  const seen = (): Seen =>
    newest.sequence === coverage.applied ? newest : { sequence: coverage.applied, entry: undefined };
  const note = (): void => {
    changed();
    remembered?.write(seen()).catch((error) => log("sequence not remembered", { error: String(error) }));
  };
  const restore = async (): Promise<number> => {
    // One transaction: floors that are newer than the head beside them would be lost between the two.
    const { head, rows, last } = await db.transaction().execute(async (transaction) => {
      const { n } = await transaction
        .selectFrom("invalidation_sequence")
        .select("n")
        .executeTakeFirstOrThrow();
      const entries = transaction.selectFrom("invalidation_entry").select("id").where("sequence", "=", n);
      return {
        head: n,
        rows: await transaction.selectFrom("invalidation_floor").selectAll().execute(),
        last: await entries.executeTakeFirst(),
      };
    });
    coverage.restore(
      head,
      rows.map((row) => ({ mark: markOfFloor(row), sequence: row.sequence })),
    );
    newest = { sequence: head, entry: last?.id };
    return head;
  };
  const readPage = async (): Promise<number> => {
    // Offers may be applied while the page is read; what it repeats of them is no gap.
    const { sequence: from, entry } = seen();
    const rows = await db
      .selectFrom("invalidation_entry")
      .select(["id", "sequence", "project", "scope", "paths"])
      .where("sequence", ">=", from)
      .orderBy("sequence")
      .limit(PAGE + 1)
      .execute();
    const known = rows.find(({ sequence }) => sequence === from);
    if (entry !== undefined && known !== undefined && known.id !== entry) throw new Error(FOREIGN);
    const entries = rows.filter((row) => row !== known).slice(0, PAGE);
    // Numbers may be missing because they were raised, or because their entries were too old to be kept: then the floors know.
    if (entries.some(({ sequence }, at) => sequence !== from + 1 + at)) {
      await restore();
      note();
      return entries.length;
    }
    const ids = entries.filter(({ paths }) => paths > 0).map(({ id }) => id);
    const paths =
      ids.length === 0
        ? []
        : await db
            .selectFrom("invalidation_path")
            .select(["entry", "kind", "name", "tag"])
            .where("entry", "in", ids)
            .execute();
    const pathsOf = Map.groupBy(paths, ({ entry }) => entry);
    for (const { id, sequence, project, scope } of entries) {
      if (sequence > coverage.applied) newest = { sequence, entry: id };
      coverage.apply(sequence, marksOf(project, scope, pathsOf.get(id) ?? []));
    }
    if (entries.length > 0) note();
    return entries.length;
  };
  const catchUp = (): Promise<void> => {
    catching ??= (async () => {
      try {
        while ((await readPage()) === PAGE);
      } finally {
        catching = undefined;
      }
    })();
    return catching;
  };
  const through = async (sequence: number): Promise<void> => {
    if (coverage.applied >= sequence) return;
    // A reading under way may have begun before the entry was committed: only one that begins now is sure to see it.
    await catching;
    if (coverage.applied >= sequence) return;
    await catchUp();
    if (coverage.applied < sequence) {
      throw new Error(`the journal ends at ${coverage.applied}, before ${sequence}`);
    }
  };
  return {
    start: restore,
    async offer({ uuid, sequence, marks }) {
      if (sequence !== coverage.applied + 1) return through(sequence);
      newest = { sequence, entry: uuid };
      coverage.apply(sequence, marks);
      note();
    },
    through,
    seen,
    look() {
      looking ??= (async () => {
        // A reading under way may have begun before the news; news that comes meanwhile shares the next one.
        await catching?.catch(() => {});
        looking = undefined;
        await catchUp();
      })();
      return looking;
    },
  };
}
