import { type Store, sql } from "@freshet/store";
import type { Admin } from "../admin/admin.ts";
import {
  BULK_COLLECTIONS,
  BULK_FILES,
  BULK_STATE,
  CHANGED_COLLECTIONS,
  CHANGED_FILES,
  RUN_BULK,
} from "../admin/operations.ts";
import { isLoose, type Reading, readCollection, readFile, readPage, readUserErrors } from "../admin/read.ts";
import type { Assets, Noted } from "../assets/assets.ts";
import type { SeenImage } from "../assets/diff.ts";
import { sentenceOf } from "../errors.ts";
import type { SweepRow } from "../schema.ts";
import type { ShopContext } from "../shops/context.ts";
import type { Shops } from "../shops/shops.ts";
import type { Looks } from "./images.ts";
import type { Job, Outcome } from "./jobs.ts";
import type { OpenLines } from "./lines.ts";

/** A walk over all images of a shop, step by step; each step is stored, so that it goes on where it was after a stop. */
export interface Sweeps {
  get(shop: ShopContext): Promise<SweepRow | undefined>;
  /** Begins a new one, unless one is running; resolves to whether it began. */
  begin(shop: ShopContext): Promise<boolean>;
  step(job: Job, signal: AbortSignal): Promise<Outcome>;
}

interface Phase {
  readonly kind: SeenImage["kind"];
  /** For a bulk operation, and the same for pages where Shopify does not take it as one. */
  readonly bulk: string;
  readonly pages: { readonly operation: string; readonly name: string; readonly text: string };
  readonly read: (line: unknown) => Reading | undefined;
}

const PHASES: readonly Phase[] = [
  {
    kind: "file",
    bulk: BULK_FILES,
    pages: { operation: CHANGED_FILES, name: "files", text: "media_type:IMAGE" },
    read: readFile,
  },
  {
    kind: "collection",
    bulk: BULK_COLLECTIONS,
    pages: { operation: CHANGED_COLLECTIONS, name: "collections", text: "" },
    read: readCollection,
  },
];
const BATCH = 250;
/** Batches in one step: others of the queue have their turn in between. */
const BATCHES_AT_ONCE = 8;
const PAGE = 250;
const SUSPECTS_AT_ONCE = 100;

export interface SweepsOptions {
  readonly store: Store;
  readonly admin: Admin;
  readonly assets: Assets;
  readonly shops: Shops;
  readonly looks: Looks;
  readonly openLines: OpenLines;
  /** Milliseconds from the end of one to the next, and between questions how far a bulk operation is. */
  readonly everyMs: number;
  readonly bulkMs: number;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export function createSweeps(options: SweepsOptions): Sweeps {
  const { store, admin, assets, shops, looks, now } = options;

  const get = async (shop: ShopContext) => {
    const { rows } = await sql<SweepRow>`select * from shopify_sweep where shop = ${shop}`.execute(store.db);
    return rows[0];
  };
  const change = async (shop: ShopContext, values: Partial<Omit<SweepRow, "shop">>) => {
    const set = Object.entries(values).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
    await sql`update shopify_sweep set ${sql.join(set)} where shop = ${shop}`.execute(store.db);
  };
  const begin = async (shop: ShopContext) => {
    const { numAffectedRows } = await sql`insert into shopify_sweep
      (shop, state, pass, phase, mode, "offset", seen, changed, started_at)
      values (${shop}, 'running', 1, 0, 'bulk', 0, 0, 0, ${now()})
      on conflict (shop) do update set state = 'running', pass = shopify_sweep.pass + 1, phase = 0, mode = 'bulk', operation = null, cursor = null,
        "offset" = 0, seen = 0, total = null, changed = 0, started_at = excluded.started_at, finished_at = null, error = null
      where shopify_sweep.state <> 'running'`.execute(store.db);
    return numAffectedRows === 1n;
  };

  /** Starts the phase's bulk operation, or falls back to pages. */
  const start = async (shop: ShopContext, phase: Phase): Promise<Outcome> => {
    const data = await admin.ask(shop, RUN_BULK, { query: phase.bulk });
    const refused = readUserErrors(data, "bulkOperationRunQuery");
    const { bulkOperation } =
      isLoose(data) && isLoose(data.bulkOperationRunQuery) ? data.bulkOperationRunQuery : {};
    const id = isLoose(bulkOperation) ? bulkOperation.id : undefined;
    if (typeof id === "string") await change(shop, { operation: id, offset: 0, mode: "bulk" });
    else {
      options.log("sweep by pages", { shop, reason: refused ?? "Shopify began no bulk operation." });
      await change(shop, { mode: "pages", cursor: null });
    }
    return { againMs: typeof id === "string" ? options.bulkMs : 0 };
  };

  const bulk = async (
    shop: ShopContext,
    row: SweepRow,
    phase: Phase,
    noted: Noted,
    signal: AbortSignal,
  ): Promise<Outcome> => {
    const data = await admin.ask(shop, BULK_STATE, { id: row.operation });
    const operation = isLoose(data) && isLoose(data.bulkOperation) ? data.bulkOperation : {};
    const total = Number(operation.objectCount ?? 0);
    if (operation.status === "CREATED" || operation.status === "RUNNING" || operation.status === "CANCELING")
      return { againMs: options.bulkMs };
    if (operation.status !== "COMPLETED") {
      options.log("sweep by pages", {
        shop,
        reason: `The bulk operation ended as ${operation.status} ${operation.errorCode ?? ""}.`,
      });
      await change(shop, { mode: "pages", operation: null, cursor: null, total: null });
      return { againMs: 0 };
    }
    // Each phase adds to what is to be seen; it is known when the operation is done.
    if (row.cursor === null) await change(shop, { cursor: "counted", total: Number(row.total ?? 0) + total });
    // Nothing was found: there is no file.
    if (typeof operation.url !== "string") return await next(shop, row, phase, noted);
    let { offset, seen, changed } = {
      offset: Number(row.offset),
      seen: Number(row.seen),
      changed: Number(row.changed),
    };
    const file = await options.openLines(operation.url, offset, signal);
    try {
      for (let batch = 0; batch < BATCHES_AT_ONCE; batch += 1) {
        const { lines, end } = await file.read(BATCH);
        const readings = lines
          .map(parse)
          .map(phase.read)
          .filter((each) => each !== undefined);
        changed += await looks.take(shop, readings, noted);
        offset = end;
        seen += lines.length;
        await change(shop, { offset, seen, changed });
        if (lines.length < BATCH) return await next(shop, { ...row, seen, changed }, phase, noted);
      }
    } finally {
      await file.close();
    }
    return { againMs: 0 };
  };

  const page = async (shop: ShopContext, row: SweepRow, phase: Phase, noted: Noted): Promise<Outcome> => {
    const { operation, name, text } = phase.pages;
    const data = await admin.ask(shop, operation, { query: text, first: PAGE, after: row.cursor });
    const { nodes, next: after } = readPage(data, name);
    const readings = nodes.map(phase.read).filter((each) => each !== undefined);
    const changed = Number(row.changed) + (await looks.take(shop, readings, noted));
    const seen = Number(row.seen) + nodes.length;
    await change(shop, { seen, changed, cursor: after ?? null });
    return after === undefined ? await next(shop, { ...row, seen, changed }, phase, noted) : { againMs: 0 };
  };

  /** What was not seen is asked for by name before it is called gone; then the next phase begins, or the end. */
  const next = async (shop: ShopContext, row: SweepRow, phase: Phase, noted: Noted): Promise<Outcome> => {
    let changed = Number(row.changed);
    for (;;) {
      const suspects = await assets.unseen(shop, phase.kind, Number(row.started_at), SUSPECTS_AT_ONCE);
      if (suspects.length === 0) break;
      changed += await looks.reread(shop, suspects, noted);
    }
    const following = Number(row.phase) + 1;
    if (PHASES[following] !== undefined) {
      await change(shop, {
        phase: following,
        mode: "bulk",
        operation: null,
        cursor: null,
        offset: 0,
        changed,
      });
      return { againMs: 0 };
    }
    await change(shop, {
      state: "done",
      finished_at: now(),
      operation: null,
      cursor: null,
      changed,
      total: Number(row.seen),
    });
    await shops.change(shop, { swept_at: now() });
    options.log("sweep done", { shop, seen: row.seen, changed });
    return { againMs: options.everyMs };
  };

  const advance = (shop: ShopContext, row: SweepRow, phase: Phase, noted: Noted, signal: AbortSignal) => {
    if (row.mode === "pages") return page(shop, row, phase, noted);
    if (row.operation === null) return start(shop, phase);
    return bulk(shop, row, phase, noted, signal);
  };

  return {
    get,
    begin,
    async step({ shop }, signal) {
      const shopRow = await shops.get(shop);
      if (shopRow === undefined || shopRow.state !== "active") return undefined;
      let row = await get(shop);
      const age = now() - Number(row?.finished_at ?? 0);
      if (row === undefined || (row.state !== "running" && age >= options.everyMs)) {
        await begin(shop);
        row = await get(shop);
      }
      if (row === undefined) return undefined;
      if (row.state !== "running") return { againMs: Math.max(0, options.everyMs - age) };
      const phase = PHASES[Number(row.phase)];
      if (phase === undefined) return undefined;
      const isFirst = shopRow.swept_at === null;
      const noted: Noted = { cause: "sweep", causeId: String(row.started_at), isFirst };
      try {
        const outcome = await advance(shop, row, phase, noted, signal);
        if (row.error !== null) await change(shop, { error: null });
        return outcome;
      } catch (thrown) {
        if (!signal.aborted) await change(shop, { error: sentenceOf(thrown) });
        throw thrown;
      }
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
