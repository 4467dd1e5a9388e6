import type { Kysely } from "@freshet/store";
import type { Entry } from "./journal.ts";
import type { EntryRow, InvalidationTables } from "./migrations.ts";
import { byTime, movedStep, movementOf, type Step, stepsOf, timeOfStepId } from "./step.ts";

/** What somebody wants to be told of. */
export interface Wish {
  readonly project: string;
  /** One entry alone. */
  readonly uuid?: string;
  /** Id of the last step that was told before. */
  readonly after?: string;
}

export interface Following {
  /** What was there to tell already: with `after`, everything behind it, else how open entries came to where they are. */
  readonly past: readonly Step[];
  /** `after` is too old or unknown: something may be missing, and the log has to be read. */
  readonly isBroken: boolean;
  leave(): void;
}

/** Tells of the steps of entries as they become durable, whichever instance makes them. */
export interface Feed {
  /** `tell` is called for each step behind the past, in order. */
  follow(wish: Wish, tell: (step: Step) => void): Promise<Following>;
  /** Something may have moved. */
  wake(): void;
  stop(): Promise<void>;
}

export interface FeedParts {
  readonly db: Kysely<InvalidationTables>;
  /** Targets and instances of some entries. */
  readonly outcomes: (rows: readonly EntryRow[]) => Promise<readonly Omit<Entry, "paths">[]>;
  /** Only this process writes: what it commits is committed in the order of its clock. */
  readonly isAlone: boolean;
  /** Calls when something may have moved, here or elsewhere, until the function it answers with is called. */
  readonly listen: (wake: () => void) => () => void;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Between two looks, however often something moves. */
const REST_MS = 50;
/** Steps that are remembered, so that whoever was cut off goes on without a gap. */
const MOST_REMEMBERED = 5_000;
/** How long everything is remembered when nobody follows any more. */
const LINGER_MS = 60_000;
/** Rows read at one look. */
const MOST_ROWS = 2_000;
/** Entries of the past that somebody new, or somebody who comes back, is told of. */
const MOST_PAST = 1_000;
/** A commit may become visible so long behind the time it bears; clocks of instances may differ by as much. */
const OVERLAP_MS = { alone: 5, shared: 2_000 };

/** What was told of an entry. */
interface Known {
  readonly attempt: number;
  readonly steps: readonly Step[];
  readonly movement: string;
  readonly moves: number;
  readonly endedAt: number | null;
}

/**
 * The rows are the truth and nothing else is written: while somebody follows, what is open and what has ended of late is compared with
 * what was told. A step that fell between two looks is told all the same, because its time stands in the row.
 */
export function createFeed(parts: FeedParts): Feed {
  const { db, now } = parts;
  const overlap = parts.isAlone ? OVERLAP_MS.alone : OVERLAP_MS.shared;
  const followers = new Set<{ readonly wish: Wish; readonly tell: (step: Step) => void }>();
  const known = new Map<string, Known>();
  let remembered: Step[] = [];
  let since: number | undefined;
  let looking: Promise<void> | undefined;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;
  let lapse: NodeJS.Timeout | undefined;
  let deafen = (): void => {};
  let isStopped = false;

  const openRows = () => db.selectFrom("invalidation_entry").selectAll().where("next_at", "is not", null);
  const endedRows = (from: number) =>
    db.selectFrom("invalidation_entry").selectAll().where("ended_at", ">=", from);

  const look = async (): Promise<void> => {
    const time = now();
    const from = (since ?? time) - overlap;
    const [open, ended] = await Promise.all([
      openRows().orderBy("next_at").orderBy("sequence").limit(MOST_ROWS).execute(),
      endedRows(from).orderBy("ended_at").limit(MOST_ROWS).execute(),
    ]);
    const rows = [...new Map([...open, ...ended].map((row) => [row.id, row])).values()];
    const moving = rows.filter(mayHaveMoved);
    const told = (await parts.outcomes(moving)).flatMap(compare).toSorted(byTime);
    const last = ended.at(-1)?.ended_at;
    since = ended.length < MOST_ROWS || typeof last !== "number" ? time : last + overlap;
    for (const [uuid, { endedAt }] of known) {
      if (endedAt !== null && endedAt < from - overlap) known.delete(uuid);
    }
    remembered = [...remembered, ...told].slice(-MOST_REMEMBERED);
    for (const step of told) {
      for (const { wish, tell } of followers) if (isWanted(step, wish)) tell(step);
    }
  };
  const mayHaveMoved = (row: EntryRow): boolean => {
    const before = known.get(row.id);
    const isUnderWay = row.status === "FLUSHINGCLOUDIMAGESERVER" || row.status === "FLUSHINGCDNSERVERS";
    return isUnderWay || before?.attempt !== row.attempt || before.endedAt !== row.ended_at;
  };
  const compare = (entry: Omit<Entry, "paths">): readonly Step[] => {
    const { row } = entry;
    const before = known.get(row.id);
    const isSame = before?.attempt === row.attempt;
    const steps = stepsOf(entry);
    const movement = movementOf(entry);
    const fresh = steps.slice(isSame ? before.steps.length : 0);
    const newest = steps.at(-1);
    const hasMoved = isSame && fresh.length === 0 && newest !== undefined && movement !== before.movement;
    const moves = (isSame ? before.moves : 0) + (hasMoved ? 1 : 0);
    known.set(row.id, { attempt: row.attempt, steps, movement, moves, endedAt: row.ended_at });
    return hasMoved ? [movedStep(newest, now(), moves)] : fresh;
  };

  /** One look at a time; resolves behind one that began after this call. */
  const lookNow = async (): Promise<void> => {
    const before = looking;
    await before?.catch(() => {});
    if (looking === undefined || looking === before) {
      looking = look().finally(() => {
        looking = undefined;
      });
    }
    return looking;
  };
  const wake = (): void => {
    isDue = true;
    if (timer !== undefined || since === undefined || isStopped) return;
    timer = setTimeout(() => {
      isDue = false;
      lookNow()
        .catch((error) => parts.log("progress not read", { error: String(error) }))
        .finally(() => {
          timer = undefined;
          if (isDue) wake();
        });
    }, REST_MS);
    timer.unref();
  };
  const forget = (): void => {
    deafen();
    deafen = () => {};
    since = undefined;
    known.clear();
    remembered = [];
  };

  const begin = async (): Promise<void> => {
    clearTimeout(lapse);
    if (since === undefined) {
      since = now();
      deafen();
      deafen = parts.listen(wake);
    }
    await lookNow();
  };
  const leave = (): void => {
    if (followers.size > 0 || isStopped) return;
    clearTimeout(lapse);
    lapse = setTimeout(() => followers.size === 0 && forget(), LINGER_MS);
    lapse.unref();
  };

  /** How the open entries came to where they are. */
  const present = ({ project }: Wish): readonly Step[] =>
    [...known.values()]
      .filter(({ endedAt, steps }) => endedAt === null && steps[0]?.project === project)
      .flatMap(({ steps }) => steps)
      .toSorted(byTime)
      .slice(-MOST_PAST);
  /** What rows tell of the time since a step that is not remembered here. */
  const reconstruct = async (wish: Wish, after: string): Promise<readonly Step[] | undefined> => {
    const at = timeOfStepId(after);
    if (at === undefined) return undefined;
    const oldest = await db
      .selectFrom("invalidation_entry")
      .select(({ fn }) => fn.min("received_at").as("at"))
      .executeTakeFirst();
    if (at < (oldest?.at ?? 0) - overlap) return undefined;
    const [open, ended] = await Promise.all([
      openRows().where("project", "=", wish.project).orderBy("next_at").limit(MOST_PAST).execute(),
      endedRows(at - overlap)
        .where("project", "=", wish.project)
        .orderBy("ended_at", "desc")
        .limit(MOST_PAST)
        .execute(),
    ]);
    if (ended.length === MOST_PAST || open.length === MOST_PAST) return undefined;
    const entries = await parts.outcomes([...open, ...ended]);
    return entries
      .flatMap(stepsOf)
      .filter((step) => step.at >= at - overlap && step.id !== after && isWanted(step, wish))
      .toSorted(byTime);
  };
  const pastOf = async (wish: Wish): Promise<Pick<Following, "past" | "isBroken">> => {
    const { after, uuid } = wish;
    if (uuid !== undefined) {
      const rows = await db
        .selectFrom("invalidation_entry")
        .selectAll()
        .where("id", "=", uuid)
        .where("project", "=", wish.project)
        .execute();
      const steps = (await parts.outcomes(rows)).flatMap(stepsOf);
      const place = steps.findIndex(({ id }) => after?.startsWith(id));
      return { past: steps.slice(place + 1), isBroken: false };
    }
    if (after === undefined) return { past: present(wish), isBroken: false };
    const place = remembered.findLastIndex(({ id, project }) => id === after && project === wish.project);
    if (place !== -1)
      return { past: remembered.slice(place + 1).filter((step) => isWanted(step, wish)), isBroken: false };
    const past = await reconstruct(wish, after);
    return past === undefined ? { past: present(wish), isBroken: true } : { past, isBroken: false };
  };

  return {
    async follow(wish, tell) {
      await begin().catch((error: unknown) => {
        leave();
        throw error;
      });
      // What comes while the past is put together waits, and what is part of it is told once.
      const waiting: Step[] = [];
      let isThrough = false;
      const follower = {
        wish,
        tell: (step: Step) => {
          if (isThrough) tell(step);
          else waiting.push(step);
        },
      };
      followers.add(follower);
      const done = (): void => {
        followers.delete(follower);
        leave();
      };
      try {
        const { past, isBroken } = await pastOf(wish);
        const told = new Set(past.map(({ id }) => id));
        const whole = [...past, ...waiting.filter(({ id }) => !told.has(id))];
        isThrough = true;
        return { past: whole, isBroken, leave: done };
      } catch (error) {
        done();
        throw error;
      }
    },
    wake,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      clearTimeout(lapse);
      followers.clear();
      await looking?.catch(() => {});
      forget();
    },
  };
}

function isWanted(step: Step, { project, uuid }: Wish): boolean {
  return step.project === project && (uuid === undefined || step.uuid === uuid);
}
