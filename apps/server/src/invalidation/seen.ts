import type { Kysely, Transaction } from "@freshet/store";
import type { InvalidationTables } from "./migrations.ts";

/** How far an instance has come in the journal, and which entry it found there. */
export interface Seen {
  /** Everything through this number is applied. */
  readonly sequence: number;
  /** The entry that had this number; undefined where it is not known. */
  readonly entry: string | undefined;
}

/** What is wrong when `isForeign`: an instance goes on only after it has raised the numbers and read everything anew. */
export const FOREIGN = "The journal is not the one of before: it was restored from a backup.";

/**
 * Whether a journal is not the continuation of what was seen: it ends before that, or has given the number to another entry. A number
 * alone would not tell: a restored journal reaches it again, and what it was given meanwhile would count as applied. `head` is the
 * largest number given out, for who has just read it.
 */
export async function isForeign(
  db: Kysely<InvalidationTables> | Transaction<InvalidationTables>,
  { sequence, entry }: Seen,
  head?: number,
): Promise<boolean> {
  const sequences = db.selectFrom("invalidation_sequence").select("n");
  if ((head ?? (await sequences.executeTakeFirstOrThrow()).n) < sequence) return true;
  if (entry === undefined) return false;
  const other = await db
    .selectFrom("invalidation_entry")
    .select("id")
    .where("sequence", "=", sequence)
    .where("id", "<>", entry)
    .executeTakeFirst();
  return other !== undefined;
}
