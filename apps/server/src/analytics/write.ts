import { randomBytes } from "node:crypto";
import { type Kysely, type Store, sql, type Transaction } from "@freshet/store";
import type { Batch } from "./buffer.ts";
import { type Bulk, type Cell, type Columns, createBulk } from "./bulk.ts";
import { openAgain } from "./days.ts";
import { isCounted, type Line, OTHER } from "./lines.ts";
import { NAME_KINDS, type NameKind, Names, nameId } from "./names.ts";
import { Sketches, type WrittenSketch } from "./sketches.ts";
import { DAY, dayOf, rollupsOf, TEN_MINUTES } from "./summing.ts";
import type { StatsTables } from "./tables.ts";

/** Who writes, and the how manieth batch of that boot it is; or what a shipper calls its batch. */
export interface Sender {
  readonly writer: string;
  readonly batch: number;
}

/** Writes batches. */
export interface Writer {
  /**
   * Lines, rollups, counts and sketches of a batch in one transaction: they say the same at any moment, also after a crash. A batch that was
   * written before (its answer may have been lost) is not written again; false says so.
   */
  write(batch: Batch, from: Sender): Promise<boolean>;
}

const ROLLUP: Columns = {
  ...{ project: "text", dimension: "integer", at: "bigint", value: "text" },
  ...{ hits: "bigint", bytes: "bigint", bytes_in: "bigint", microseconds: "bigint" },
};
const TIMED: Columns = { at: "bigint", n: "bigint", project: "text", url: "bigint" };
const LINE: Columns = {
  ...TIMED,
  ...{ original: "bigint", is_node: "integer", node: "text", source: "text", cache: "text" },
  ...{
    status: "integer",
    code: "text",
    format: "text",
    referrer: "bigint",
    country: "text",
    bucket: "integer",
  },
  ...{ hits: "bigint", bytes: "bigint", bytes_in: "bigint", microseconds: "bigint" },
};
const RESIZE: Columns = {
  ...TIMED,
  ...{ original: "bigint", status: "integer", code: "text", format: "text" },
  ...{ hits: "bigint", bytes_in: "bigint", bytes_out: "bigint", microseconds: "bigint" },
};
const FETCH: Columns = {
  ...TIMED,
  ...{ origin: "text", status: "integer", code: "text", is_slow: "integer", is_failed: "integer" },
  ...{ hits: "bigint", bytes: "bigint", microseconds: "bigint" },
  ...{ dns: "bigint", connect: "bigint", first_byte: "bigint" },
};
const COUNT: Columns = {
  ...{ day: "integer", kind: "integer", project: "text", name: "bigint" },
  ...{ hits: "bigint", bytes: "bigint", size: "bigint", last_at: "bigint" },
};
const NAME: Columns = {
  ...{ id: "bigint", kind: "integer", project: "text", text: "text", original: "bigint" },
  ...{ first_at: "bigint", seen: "integer" },
};

const ORIGINAL_PLACE = Object.keys(NAME).indexOf("original");

/** Beyond it nothing is added: a shipper that lies makes its sums wrong, and must not make anybody's batch fail. */
const MOST_SUM = 4_000_000_000_000_000_000n;

/** Added to what is there. */
const ROLLUP_END = (table: string) => {
  const add = (name: string) => {
    const [column, kept] = [sql.ref(name), sql.ref(`${table}.${name}`)];
    return sql`${column} = case when ${kept} > ${sql.raw(String(MOST_SUM))} then ${kept} else ${kept} + excluded.${column} end`;
  };
  const sums = ["hits", "bytes", "bytes_in", "microseconds"].map(add);
  return sql`on conflict (project, dimension, at, value) do update set ${sql.join(sums)}`;
};
const COUNT_END = sql`on conflict (day, kind, project, name) do update set hits = stats_count.hits + excluded.hits,
  bytes = case when stats_count.bytes > ${sql.raw(String(MOST_SUM))} then stats_count.bytes
    else stats_count.bytes + excluded.bytes end,
  size = case when excluded.size > 0 then excluded.size else stats_count.size end,
  last_at = case when excluded.last_at > stats_count.last_at then excluded.last_at else stats_count.last_at end`;
const NAME_END = sql`on conflict (id) do update set seen = excluded.seen,
  original = coalesce(stats_name.original, excluded.original)
  where stats_name.seen < excluded.seen or (stats_name.original is null and excluded.original is not null)`;

type Db = Transaction<StatsTables>;

interface Count {
  readonly key: readonly [day: number, kind: NameKind, project: string, name: number];
  hits: number;
  bytes: number;
  size: number;
  lastAt: number;
}

export function createWriter(store: Store, now: () => number): Writer {
  const db = store.db.$extendTables<StatsTables>() as Kysely<StatsTables>;
  const bulk = createBulk(store);
  const names = new Names();
  const sketches = new Sketches();
  return {
    async write(batch, from) {
      const sheet = new Sheet(names);
      const written = await db.transaction().execute(async (transaction) => {
        if (!(await isFirst(transaction, from, now()))) return undefined;
        await writeSheet(transaction, bulk, sheet, batch);
        const some: readonly WrittenSketch[] = await sketches.write(transaction, sheet.seen);
        await openAgain(transaction, [...sheet.days], dayOf(now()));
        return some;
      });
      if (written) sketches.committed(written);
      // Also where it was written before: the names were, too.
      sheet.committed();
      return written !== undefined;
    },
  };
}

/** Remembers the batch; false where it is remembered already. */
async function isFirst(db: Db, { writer, batch }: Sender, at: number): Promise<boolean> {
  const { rows } = await sql`insert into stats_writer (writer, batch, at) values (${writer}, ${batch}, ${at})
    on conflict (writer) do update set batch = excluded.batch, at = excluded.at
    where stats_writer.batch < excluded.batch returning writer`.execute(db);
  return rows.length === 1;
}

/** Turns the texts of a batch into the numbers of their names, and gathers what is counted by name. */
class Sheet {
  readonly #names: Names;
  readonly #new = new Map<number, readonly Cell[]>();
  readonly #told: Parameters<Names["tell"]>[] = [];
  readonly #counts = new Map<string, Count>();
  /** What was delivered: per day and project, originals and variants. */
  readonly seen: {
    readonly day: number;
    readonly project: string;
    readonly original: number;
    readonly variant: number;
  }[] = [];
  readonly days = new Set<number>();

  constructor(names: Names) {
    this.#names = names;
  }

  name(kind: NameKind, project: string, text: string, at: number, original: number | null = null): number {
    const day = dayOf(at);
    const id = nameId(kind, project, text);
    const { isNew, hasOriginal } = this.#names.find(id, day);
    const mine = this.#new.get(id);
    // A node's line may name a URL, in this batch or one before, and an instance say later what its original is.
    const isBetter = original !== null && (mine ? mine[ORIGINAL_PLACE] === null : !hasOriginal);
    if (isBetter || (isNew && !mine)) {
      this.#new.set(id, [id, kind, project, text, original, at, day]);
      this.#told.push([id, day, original !== null]);
    }
    return id;
  }

  count(day: number, kind: NameKind, project: string, name: number, more: Omit<Count, "key">): void {
    const text = `${day}\n${kind}\n${project}\n${name}`;
    const known = this.#counts.get(text);
    if (!known) {
      this.#counts.set(text, { key: [day, kind, project, name], ...more });
      return;
    }
    known.hits += more.hits;
    known.bytes += more.bytes;
    if (more.size > 0) known.size = more.size;
    known.lastAt = Math.max(known.lastAt, more.lastAt);
  }

  get newNames(): readonly (readonly Cell[])[] {
    return sorted(this.#new);
  }

  get counts(): readonly (readonly Cell[])[] {
    return sorted(this.#counts).map(({ key, hits, bytes, size, lastAt }) => [
      ...key,
      hits,
      bytes,
      size,
      lastAt,
    ]);
  }

  committed(): void {
    for (const told of this.#told) this.#names.tell(...told);
  }
}

/** In the order of their keys: writers that meet in the same rows take them in the same order. */
function sorted<Key extends string | number, Value>(map: ReadonlyMap<Key, Value>): readonly Value[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);
}

async function writeSheet(db: Db, bulk: Bulk, sheet: Sheet, batch: Batch): Promise<void> {
  // Random, so that instances that write at the same moment do not meet.
  const base = randomBytes(6).readUIntBE(0, 6);
  let n = base - (base % 2 ** 14);
  const next = (): number => n++;
  const known = await originalsOf(db, sheet, batch.lines);
  const lines = batch.lines.map((line) => lineRow(sheet, line, next(), known));
  const resizes = batch.resizes.map((each) => {
    const { at, project, status, code = null, format, hits, bytesIn, bytesOut, microseconds } = each;
    const original =
      each.original === undefined ? null : sheet.name(NAME_KINDS.original, "", each.original, at);
    const url = sheet.name(NAME_KINDS.url, project, each.url, at, original);
    return [at, next(), project, url, original, status, code, format, hits, bytesIn, bytesOut, microseconds];
  });
  const fetches = batch.fetches.map((each) => {
    const { at, project, origin, status = null, code = null, isSlow, hits, bytes, microseconds } = each;
    const { dns = null, connect = null, firstByte = null } = each;
    const url = sheet.name(NAME_KINDS.address, project, each.url, at);
    const marks = [isSlow ? 1 : 0, code === null ? 0 : 1];
    const sums = [hits, bytes, microseconds, dns, connect, firstByte];
    return [at, next(), project, url, origin, status, code, ...marks, ...sums];
  });
  await bulk.insert(db, "stats_name", NAME, sheet.newNames, NAME_END);
  await bulk.insert(db, "stats_line", LINE, lines);
  await bulk.insert(db, "stats_resize", RESIZE, resizes);
  await bulk.insert(db, "stats_fetch", FETCH, fetches);
  await bulk.insert(db, "stats_ten", ROLLUP, rollupsOf(batch, TEN_MINUTES), ROLLUP_END("stats_ten"));
  await bulk.insert(db, "stats_day", ROLLUP, rollupsOf(batch, DAY), ROLLUP_END("stats_day"));
  await bulk.insert(db, "stats_count", COUNT, sheet.counts, COUNT_END);
}

/** A node's lines name URLs alone: of those that an instance has answered, the original is known. */
async function originalsOf(
  db: Db,
  sheet: Sheet,
  lines: readonly Line[],
): Promise<ReadonlyMap<number, number>> {
  const ids = new Set<number>();
  for (const { via, project, url, at } of lines) {
    if (via === "node" && url !== OTHER) ids.add(sheet.name(NAME_KINDS.url, project, url, at));
  }
  const found = new Map<number, number>();
  for (let some = [...ids]; some.length > 0; some = some.slice(500)) {
    const rows = await db
      .selectFrom("stats_name")
      .select(["id", "original"])
      .where("id", "in", some.slice(0, 500))
      .execute();
    for (const { id, original } of rows) if (original !== null) found.set(id, original);
  }
  return found;
}

function lineRow(sheet: Sheet, line: Line, n: number, known: ReadonlyMap<number, number>): readonly Cell[] {
  const { at, project, via, source, status, format = null, hits, bytes, bytesIn, microseconds } = line;
  const day = dayOf(at);
  const { url, referrer, original, isNamed } = namesOf(sheet, line, known);
  if (isCounted(line)) {
    sheet.days.add(day);
    const size = status === 200 && hits > 0 ? Math.round(bytes / hits) : 0;
    const more = { hits, bytes, size: 0, lastAt: at };
    sheet.count(day, NAME_KINDS.url, project, url, { ...more, size });
    if (status >= 400 && status < 500) sheet.count(day, NAME_KINDS.failing, project, url, more);
    if (referrer !== null) sheet.count(day, NAME_KINDS.referrer, project, referrer, more);
    if (original !== null) {
      const originalSize = bytesIn > 0 ? Math.round(bytesIn / hits) : 0;
      sheet.count(day, NAME_KINDS.original, project, original, { ...more, size: originalSize });
    }
    // A placeholder may be answered with 200: it is no picture of that original.
    if (original !== null && isNamed && status === 200 && source !== "failed") {
      sheet.seen.push({ day, project, original, variant: variantOf(url, format) });
    }
  }
  return [
    ...[at, n, project, url, original, via === "node" ? 1 : 0, line.node ?? null, source, line.cache ?? null],
    ...[status, line.code ?? null, format, referrer, line.country ?? null, line.bucket ?? null],
    ...[hits, bytes, bytesIn, microseconds],
  ];
}

function namesOf(sheet: Sheet, { at, project, ...line }: Line, known: ReadonlyMap<number, number>) {
  const isNamed = line.url !== OTHER;
  const own = line.original === undefined ? null : sheet.name(NAME_KINDS.original, "", line.original, at);
  const url = sheet.name(NAME_KINDS.url, project, line.url, at, own);
  const referrer =
    line.referrer === undefined ? null : sheet.name(NAME_KINDS.referrer, "", line.referrer, at);
  const original = own ?? (line.via === "node" ? (known.get(url) ?? null) : null);
  return { url, referrer, original, isNamed };
}

/** One URL has a variant for each format that clients take. */
function variantOf(url: number, format: string | null): number {
  let mixed = url % 2 ** 26;
  for (const letter of format ?? "") mixed = (mixed * 31 + letter.charCodeAt(0)) % 2 ** 26;
  return Math.floor(url / 2 ** 26) * 2 ** 26 + mixed;
}
