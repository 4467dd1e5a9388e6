import { randomUUID } from "node:crypto";
import type { AssetChange } from "@freshet/core";
import { backoffMs, type Store } from "@freshet/store";
import { retryAfterOf, sentenceOf } from "./errors.ts";
import type { Inbox } from "./inbox.ts";
import { hasSameBytes, isFoundKnown, type KnownVersions } from "./known.ts";
import type { ConnectedSite } from "./site.ts";
import type { WalkRow } from "./walk-schema.ts";
import type { WalkStore } from "./walk-store.ts";

/** Waits after pages that could not be read. */
const RETRIES = { firstMs: 1_000, mostMs: 300_000 };
/** A site that asks to be left alone for longer than this is asked all the same. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** Changes of one stored finding. */
const FINDING = 200;
/** Originals that are judged together when a walk did not meet them any more. */
const MISSED = 200;
/** Between two lines of the log about a walk under way. */
const PROGRESS_MS = 10_000;

/** Walks over everything a site has, again and again, and stores what differs from what is known as an event. */
export interface WalkLoop {
  start(): void;
  /** Has a walk made now, or another one after the one under way; false where the adapter cannot walk. */
  ask(): Promise<boolean>;
  /** Failures in a row and the last one's sentence; 0 and undefined when the last page was well. */
  trouble(): { readonly failures: number; readonly error: string | undefined };
  /** Starts nothing more, and waits for what is being stored. */
  stop(): Promise<void>;
}

export interface WalkOptions<Client> {
  readonly site: ConnectedSite<Client>;
  readonly store: Store;
  readonly walks: WalkStore;
  readonly known: KnownVersions;
  readonly inbox: Inbox;
  /** Stores the events that the CMS has told by now: what they say is no finding. */
  readonly pull: () => Promise<void>;
  /** Milliseconds from the end of a walk to the start of the next. */
  readonly everyMs: number;
  /** Told after findings were stored. */
  readonly added: () => void;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export function createWalkLoop<Client>(options: WalkOptions<Client>): WalkLoop {
  const { site, store, walks, known, inbox, everyMs, now, log } = options;
  const context = { known: known.of(site.id), client: site.client };
  let failures = 0;
  let error: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<unknown> | undefined;
  let isUnderWay = false;
  /** Somebody asked while a turn was under way, which may have looked at the row before. */
  let isAsked = false;
  let isStopped = false;
  let toldAt = 0;

  /** Writes a page down, all or nothing: what differs, what was met, and where to go on. */
  const keep = async (
    row: WalkRow,
    assets: readonly AssetChange[],
    order: number,
    next: Partial<WalkRow>,
  ) => {
    const seen = await known.many(
      site.id,
      assets.map(({ original }) => original),
    );
    const isBaseline = row.pass === 1;
    const isNew = (asset: AssetChange) => isBaseline && !seen.has(asset.original);
    const found = assets.filter(
      (asset) => !isNew(asset) && !isFoundKnown(asset, order, seen.get(asset.original)),
    );
    const isRenewed = (asset: AssetChange) => {
      const before = seen.get(asset.original);
      return hasSameBytes(asset, before) && before?.version !== asset.version;
    };
    const after: WalkRow = { ...row, ...next, found: row.found + found.length };
    const events = chunksOf(found).map((chunk) => ({
      ...{ id: `walk_${row.pass}_${randomUUID()}`, payload: { found: chunk } },
      ...(order > 0 && { order }),
    }));
    if (isStopped) return row;
    storing = store.db.transaction().execute(async (on) => {
      const there = assets.filter(({ kind }) => kind !== "removed");
      await known.begin(on, site.id, there.filter(isNew), order);
      await known.renew(on, site.id, there.filter(isRenewed));
      await known.met(
        on,
        site.id,
        there.map(({ original }) => original),
        row.pass,
      );
      await inbox.addFound(on, site.id, events);
      await walks.save(on, after);
    });
    await storing;
    if (found.length > 0) {
      log("walk found changes", { site: site.id, pass: row.pass, originals: found.length });
      options.added();
    }
    return after;
  };

  const list = async (row: WalkRow) => {
    const page = await site.adapter.reconcile?.(row.cursor ?? undefined, context);
    if (page === undefined || isStopped) return row;
    await options.pull();
    const isLast = page.cursor === undefined;
    return keep(row, page.assets, page.order ?? 0, {
      stage: isLast ? "missed" : "list",
      cursor: page.cursor ?? null,
      steps: row.steps + page.steps,
      total: page.total ?? row.total,
      originals: row.originals + page.assets.length,
    });
  };

  const missed = async (row: WalkRow) => {
    const originals = await known.missed(site.id, row.pass, row.cursor ?? "", MISSED);
    const assets = originals.length === 0 ? [] : await judge(originals);
    const next = originals.at(-1);
    return keep(row, assets, 0, next === undefined ? ended(now()) : { cursor: next });
  };

  const judge = async (originals: readonly string[]): Promise<readonly AssetChange[]> =>
    site.adapter.missed === undefined
      ? originals.map((original) => ({ kind: "removed", original }))
      : site.adapter.missed(originals, context);

  const tell = (row: WalkRow) => {
    const { pass, steps, total, originals, found } = row;
    const isEnd = row.stage === "resting";
    if (!isEnd && now() - toldAt < PROGRESS_MS) return;
    toldAt = now();
    log(isEnd ? "walk finished" : "walk goes on", {
      ...{ site: site.id, pass, steps, originals, found },
      ...(total !== null && { total }),
    });
  };

  /** Walks until the site is through; resolves to when the next walk is due. */
  const walk = async (): Promise<number> => {
    let row = await walks.of(site.id);
    while (!isStopped) {
      const rested = row?.stage === "resting" ? (row.finished_at ?? 0) + everyMs : 0;
      if (row !== undefined && row.stage === "resting" && row.again === 0 && rested > now()) return rested;
      if (row === undefined || row.stage === "resting") {
        await walks.begin(site.id, now());
        row = await walks.of(site.id);
        if (row === undefined) throw new Error("The walk could not be begun.");
      }
      row = await (row.stage === "list" ? list : missed)(row);
      failures = 0;
      error = undefined;
      tell(row);
      if (row.stage === "resting") row = await walks.of(site.id);
    }
    return Number.POSITIVE_INFINITY;
  };

  const turn = async (): Promise<void> => {
    let at: number;
    try {
      at = await walk();
    } catch (thrown) {
      failures += 1;
      error = sentenceOf(thrown);
      const wait = Math.min(retryAfterOf(thrown), LONGEST_RETRY_AFTER_MS);
      at = now() + Math.max(wait, backoffMs(failures, RETRIES));
      if (failures === 1) log("walk waits", { site: site.id, reason: error });
    }
    isUnderWay = false;
    // A timer takes no more than 24 days.
    const pause = isAsked ? 0 : Math.min(Math.max(0, at - now()), 86_400_000);
    if (!isStopped) timer = setTimeout(begin, pause);
  };
  const begin = () => {
    clearTimeout(timer);
    if (isStopped || isUnderWay) return;
    isUnderWay = true;
    isAsked = false;
    void turn();
  };

  return {
    start: () => {
      if (site.adapter.reconcile !== undefined) begin();
    },
    async ask() {
      if (site.adapter.reconcile === undefined) return false;
      await walks.ask(site.id, now());
      isAsked = true;
      begin();
      return true;
    },
    trouble: () => ({ failures, error }),
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await storing?.catch(() => {});
    },
  };
}

function ended(at: number): Partial<WalkRow> {
  return { stage: "resting", cursor: null, finished_at: at };
}

function chunksOf(changes: readonly AssetChange[]): readonly (readonly AssetChange[])[] {
  return Array.from({ length: Math.ceil(changes.length / FINDING) }, (_, i) =>
    changes.slice(i * FINDING, (i + 1) * FINDING),
  );
}
