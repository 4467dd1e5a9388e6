import { createGathering, type Kysely, type Transaction } from "@freshet/store";
import { LRUCache } from "lru-cache";
import { type Author, writeAudit } from "../admin/audit.ts";
import { ServerError } from "../errors.ts";
import { removeWarmUp } from "./accept.ts";
import { KEPT_MS } from "./bounds.ts";
import type { Outcome, UrlRow, WarmUpRow, WarmUpTables } from "./migrations.ts";
import type { Ended, FormatResult } from "./results.ts";

const ENDS_AT_ONCE = 64;
/** URLs that count for how fast it goes, by the time of their ends. */
const RATE_MS = 30_000;

/** Warm-ups as they are kept. Numbers and rows are changed together: a URL is counted as often as it has ended, which is once. */
export interface WarmUps {
  /** Notes how a URL ended; false where it had ended before, or is gone. */
  end(ended: Ended): Promise<boolean>;
  /** Whether it still waits: it may have been stopped since it was read, or another instance was faster. */
  isWaiting(url: Pick<UrlRow, "warm_up" | "place">): Promise<boolean>;
  /** Gives a URL back, to be tried again from then on. */
  postpone(url: Pick<UrlRow, "warm_up" | "place">, until: number): Promise<void>;
  /** Notes that work on them has begun. */
  begin(urls: readonly Pick<UrlRow, "warm_up">[]): Promise<void>;
  /** Of a lane, by their turns. */
  waitingIn(origin: string, limit: number): Promise<readonly UrlRow[]>;
  /** When something waits in the lane: 0 for now, undefined for never. */
  dueIn(origin: string, db: Kysely<WarmUpTables>): Promise<number | undefined>;
  /** @throws ServerError WARMUP_UNKNOWN */
  get(project: string, id: string): Promise<WarmUpRow>;
  list(project: string, limit: number, before: string | undefined): Promise<readonly WarmUpRow[]>;
  /** URLs a second, lately. */
  rateOf(row: WarmUpRow): Promise<number>;
  urls(
    id: string,
    which: {
      readonly outcome?: Outcome | "waiting";
      readonly limit: number;
      readonly after: number | undefined;
    },
  ): Promise<readonly UrlRow[]>;
  /** Ends what waits. @throws ServerError WARMUP_UNKNOWN */
  stop(project: string, id: string, by: Author): Promise<WarmUpRow>;
  /** URLs that wait, of all projects. */
  waiting(): Promise<number>;
  /** Removes what is too old; resolves to how many warm-ups that were. */
  sweep(): Promise<number>;
}

export function createWarmUps(db: Kysely<WarmUpTables>, now: () => number): WarmUps {
  const end = createGathering<Ended, boolean>(
    (some) => db.transaction().execute((transaction) => endSome(transaction, some, now())),
    ENDS_AT_ONCE,
  );
  const begun = new LRUCache<string, true>({ max: 10_000 });
  const get = async (project: string, id: string, from: Kysely<WarmUpTables> = db): Promise<WarmUpRow> => {
    const row = await from
      .selectFrom("warmup_task")
      .selectAll()
      .where("id", "=", id)
      .where("project", "=", project)
      .executeTakeFirst();
    if (row === undefined) throw new ServerError("WARMUP_UNKNOWN");
    return row;
  };
  return {
    end,
    get: (project, id) => get(project, id),
    async isWaiting({ warm_up, place }) {
      const found = await db
        .selectFrom("warmup_url")
        .select("place")
        .where("warm_up", "=", warm_up)
        .where("place", "=", place)
        .where("outcome", "is", null)
        .executeTakeFirst();
      return found !== undefined;
    },
    async postpone({ warm_up, place }, until) {
      await db
        .updateTable("warmup_url")
        .set((each) => ({ due_at: until, attempts: each("attempts", "+", 1) }))
        .where("warm_up", "=", warm_up)
        .where("place", "=", place)
        .where("outcome", "is", null)
        .execute();
    },
    async begin(urls) {
      const ids = [...new Set(urls.map(({ warm_up }) => warm_up))].filter((id) => !begun.has(id));
      if (ids.length === 0) return;
      await db
        .updateTable("warmup_task")
        .set({ started_at: now() })
        .where("id", "in", ids)
        .where("started_at", "is", null)
        .execute();
      for (const id of ids) begun.set(id, true);
    },
    waitingIn: (origin, limit) =>
      db
        .selectFrom("warmup_url")
        .selectAll()
        .where("origin", "=", origin)
        .where("outcome", "is", null)
        .where("due_at", "<=", now())
        .orderBy("turn")
        .orderBy("warm_up")
        .orderBy("place")
        .limit(limit)
        .execute(),
    async dueIn(origin, from) {
      const next = await from
        .selectFrom("warmup_url")
        .select(({ fn }) => fn.min("due_at").as("at"))
        .where("origin", "=", origin)
        .where("outcome", "is", null)
        .executeTakeFirst();
      return next?.at ?? undefined;
    },
    async list(project, limit, before) {
      let query = db.selectFrom("warmup_task").selectAll().where("project", "=", project);
      if (before !== undefined) query = query.where("id", "<", before);
      return query.orderBy("id", "desc").limit(limit).execute();
    },
    async rateOf({ id, started_at, state }) {
      if (state !== "running" || started_at === null) return 0;
      const since = Math.max(started_at, now() - RATE_MS);
      const { n } = await db
        .selectFrom("warmup_url")
        .select(({ fn }) => fn.countAll().as("n"))
        .where("warm_up", "=", id)
        .where("ended_at", ">=", since)
        .where("outcome", "<>", "refused")
        .executeTakeFirstOrThrow();
      return Number(n) / Math.max(1, (now() - since) / 1_000);
    },
    async urls(id, { outcome, limit, after }) {
      let query = db.selectFrom("warmup_url").selectAll().where("warm_up", "=", id);
      if (outcome === "waiting") query = query.where("outcome", "is", null);
      else if (outcome !== undefined) query = query.where("outcome", "=", outcome);
      if (after !== undefined) query = query.where("place", ">", after);
      return query.orderBy("place").limit(limit).execute();
    },
    stop: (project, id, by) =>
      db.transaction().execute(async (transaction) => {
        const at = now();
        await lock(transaction, id);
        const row = await get(project, id, transaction);
        if (row.state !== "running") return row;
        const { numUpdatedRows } = await transaction
          .updateTable("warmup_url")
          .set({ outcome: "stopped", ended_at: at })
          .where("warm_up", "=", id)
          .where("outcome", "is", null)
          .executeTakeFirst();
        const stopped = Number(numUpdatedRows);
        const change = { state: "stopped", ended_at: at, waiting: 0, stopped } as const;
        await transaction.updateTable("warmup_task").set(change).where("id", "=", id).execute();
        await writeAudit(transaction, [{ by, project, action: "warmup.stopped", subject: id, at }]);
        return { ...row, ...change };
      }),
    async waiting() {
      const { n } = await db
        .selectFrom("warmup_task")
        .select(({ fn }) => fn.sum("waiting").as("n"))
        .where("state", "=", "running")
        .executeTakeFirstOrThrow();
      return Number(n ?? 0);
    },
    async sweep() {
      const old = await db
        .selectFrom("warmup_task")
        .select("id")
        .where("added_at", "<", now() - KEPT_MS)
        .orderBy("id")
        .execute();
      for (const { id } of old) {
        await db.transaction().execute(async (transaction) => {
          await lock(transaction, id);
          await removeWarmUp(transaction, id);
        });
      }
      return old.length;
    },
  };
}

/** Whoever changes URLs of a warm-up locks its row first: nobody waits for another in a circle. */
async function lock(db: Transaction<WarmUpTables>, id: string): Promise<void> {
  await db
    .updateTable("warmup_task")
    .set(({ ref }) => ({ state: ref("state") }))
    .where("id", "=", id)
    .execute();
}

async function endSome(
  db: Transaction<WarmUpTables>,
  some: readonly Ended[],
  at: number,
): Promise<readonly boolean[]> {
  for (const id of [...new Set(some.map(({ url }) => url.warm_up))].toSorted()) await lock(db, id);
  const isNew: boolean[] = [];
  for (const { url, outcome, code, detail, results } of some) {
    const { numUpdatedRows } = await db
      .updateTable("warmup_url")
      .set((each) => ({
        ...{ outcome, code, detail, results: JSON.stringify(results), ended_at: at },
        attempts: each("attempts", "+", 1),
      }))
      .where("warm_up", "=", url.warm_up)
      .where("place", "=", url.place)
      .where("outcome", "is", null)
      .executeTakeFirst();
    isNew.push(numUpdatedRows === 1n);
    if (numUpdatedRows === 1n) await count(db, url.warm_up, outcome, results, at);
  }
  return isNew;
}

async function count(
  db: Transaction<WarmUpTables>,
  id: string,
  outcome: Ended["outcome"],
  results: readonly FormatResult[],
  at: number,
): Promise<void> {
  const warm = results.filter(({ code }) => code === undefined);
  const bytes = warm.reduce((sum, each) => sum + each.bytes, 0);
  await db
    .updateTable("warmup_task")
    .set((each) => ({
      waiting: each("waiting", "-", 1),
      [outcome]: each(outcome, "+", 1),
      answers: each("answers", "+", warm.length),
      bytes: each("bytes", "+", bytes),
    }))
    .where("id", "=", id)
    .execute();
  await db
    .updateTable("warmup_task")
    .set({ state: "done", ended_at: at })
    .where("id", "=", id)
    .where("waiting", "=", 0)
    .where("state", "=", "running")
    .execute();
}
