import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Kysely, Transaction } from "@freshet/store";
import { type Author, writeAudit } from "../admin/audit.ts";
import { ServerError } from "../errors.ts";
import { LONGEST_REFUSED, MOST_KEPT } from "./bounds.ts";
import { isRefused, readEntry, type Whose } from "./entry.ts";
import type { SentList } from "./list.ts";
import type { UrlRow, WarmUpRow, WarmUpTables } from "./migrations.ts";
import { giveTurns } from "./turns.ts";

/** URLs read in one turn of the event loop: visitors are answered in between. */
const IN_ONE_TURN = 50;
const ROWS_AT_ONCE = 500;

/** What became of a list. */
export interface Taken {
  readonly row: WarmUpRow;
  /** Lanes in which something waits now. */
  readonly origins: readonly string[];
  /** What of it was not taken, first ones first. */
  readonly refused: readonly UrlRow[];
}

/**
 * Reads a list and keeps it. What can be seen to be wrong now is refused by itself and told with its reason; the same URL twice is one.
 * Durable when it resolves.
 * @throws ServerError WARMUPS_FULL
 */
export async function acceptList(
  db: Kysely<WarmUpTables>,
  list: SentList,
  whose: Whose,
  {
    by,
    now,
    mostKept = MOST_KEPT,
  }: { readonly by: Author; readonly now: number; readonly mostKept?: number },
): Promise<Taken> {
  const id = newId(now);
  const project = whose.project.name;
  const urls: Omit<UrlRow, "turn">[] = [];
  const seen = new Set<string>();
  let duplicates = 0;
  for (const [place, entry] of list.entries.entries()) {
    if (place % IN_ONE_TURN === IN_ONE_TURN - 1) await setImmediate();
    const read = readEntry(entry, whose);
    const row = { warm_up: id, place, project, results: null, attempts: 0, due_at: 0 };
    if (isRefused(read)) {
      const target = shown(entry);
      urls.push({
        ...row,
        ...read,
        detail: read.detail ?? null,
        target,
        host: "",
        origin: "",
        ...REFUSED(now),
      });
      continue;
    }
    const key = `${read.host} ${read.target}`;
    if (seen.has(key)) duplicates += 1;
    else urls.push({ ...row, ...read, outcome: null, code: null, detail: null, ended_at: null });
    seen.add(key);
  }
  const refused = urls.flatMap((each) => (each.outcome === null ? [] : [{ ...each, turn: 0 }]));
  const waiting = urls.length - refused.length;
  const row: WarmUpRow = {
    ...{ id, project, description: list.description ?? null, asked_by: by.principal, added_at: now },
    ...{ state: waiting > 0 ? "running" : "done", started_at: null, ended_at: waiting > 0 ? null : now },
    ...{ added: waiting + duplicates, duplicates, waiting, refused: refused.length },
    ...{ warm: 0, partly: 0, failed: 0, stopped: 0, answers: 0, bytes: 0 },
  };
  await db.transaction().execute(async (transaction) => {
    await makeRoom(transaction, project, urls.length, mostKept);
    const rows = await giveTurns(transaction, project, urls);
    await transaction.insertInto("warmup_task").values(row).execute();
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      await transaction
        .insertInto("warmup_url")
        .values(rows.slice(at, at + ROWS_AT_ONCE))
        .execute();
    }
    await writeAudit(transaction, [{ by, project, action: "warmup.accepted", subject: id, at: now }]);
  });
  const origins = new Set(urls.flatMap(({ outcome, origin }) => (outcome === null ? [origin] : [])));
  return { row, origins: [...origins].toSorted(), refused };
}

const REFUSED = (now: number) => ({ outcome: "refused" as const, ended_at: now });

/** What was sent, as far as it can be kept: neither engine keeps a NUL in a text. */
function shown(entry: unknown): string {
  const text = typeof entry === "string" ? entry : (JSON.stringify(entry) ?? "");
  return text.slice(0, LONGEST_REFUSED).replaceAll("\0", "\uFFFD").toWellFormed();
}

/** Ids sort by time. */
function newId(now: number): string {
  return `wrm${Math.max(0, now).toString(36).padStart(9, "0")}${randomBytes(6).toString("hex")}`;
}

/**
 * The oldest that have ended make room.
 * @throws ServerError WARMUPS_FULL where that is not enough.
 */
async function makeRoom(
  db: Transaction<WarmUpTables>,
  project: string,
  wanted: number,
  most: number,
): Promise<void> {
  const rows = await db
    .selectFrom("warmup_task")
    .select(["id", "state", "added", "duplicates", "refused"])
    .where("project", "=", project)
    .orderBy("id")
    .execute();
  let kept = rows.reduce((sum, row) => sum + row.added - row.duplicates + row.refused, 0);
  for (const { id, state, added, duplicates, refused } of rows) {
    if (kept + wanted <= most) return;
    if (state === "running") continue;
    await removeWarmUp(db, id);
    kept -= added - duplicates + refused;
  }
  if (kept + wanted > most) throw new ServerError("WARMUPS_FULL");
}

export async function removeWarmUp(db: Transaction<WarmUpTables>, id: string): Promise<void> {
  await db.deleteFrom("warmup_url").where("warm_up", "=", id).execute();
  await db.deleteFrom("warmup_task").where("id", "=", id).execute();
}
