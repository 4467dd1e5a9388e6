import { openStore, type Store } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Coverage } from "../cache/coverage.ts";
import type { Mark } from "../cache/mark.ts";
import { isFull } from "../cache/model/freshness.ts";
import * as instances from "../instances/migrations.ts";
import { userTag } from "../projects/cache-tags.ts";
import type { Identity } from "../projects/identity.ts";
import { createFollow, type Follow } from "./follow.ts";
import { type Asked, createJournal, type Journal } from "./journal.ts";
import { type InvalidationTables, MIGRATIONS, OWNER, type PathRow } from "./migrations.ts";

const PATHS = ["/h/a", "/h/b", "/g/ab"] as const;
/** What is named in an invalidation, and which originals that are: single ones, a folder, beginnings, a tag. */
const TARGETS = {
  "/h/a": { kind: "original", covers: ["/h/a"] },
  "/h/b": { kind: "original", covers: ["/h/b"] },
  "/g/ab": { kind: "original", covers: ["/g/ab"] },
  "/h/": { kind: "prefix", covers: ["/h/a", "/h/b"] },
  "/g/a": { kind: "prefix", covers: ["/g/ab"] },
  "/h/ab": { kind: "prefix", covers: [] },
  pets: { kind: "tag", covers: ["/h/b", "/g/ab"] },
} as const satisfies Readonly<Record<string, { kind: PathRow["kind"]; covers: readonly string[] }>>;
type Name = keyof typeof TARGETS;
const NAMES = Object.keys(TARGETS) as Name[];
const PROJECTS = ["demo", "shop"] as const;
const tagOf = (project: string, path: string) => `o-${project}${path}`;
const identityOf = (project: string, path: (typeof PATHS)[number]): Identity => ({
  project,
  tag: tagOf(project, path),
  name: project + path,
  userTags: (TARGETS.pets.covers as readonly string[]).includes(path) ? [userTag(project, "pets")] : [],
});

/** What one number was accepted for; no names means everything. */
interface Accepted {
  readonly uuid: string;
  readonly sequence: number;
  readonly project: string;
  readonly names: readonly Name[];
  readonly marks: readonly Mark[];
}

/** Coverage that writes down in which order it was given entries it did not know, and what it took over without them. */
class Watched extends Coverage {
  readonly order: number[] = [];
  readonly restored: { readonly after: number; readonly through: number }[] = [];
  override apply(sequence: number, marks: readonly Mark[]): void {
    if (sequence > this.applied) this.order.push(sequence);
    super.apply(sequence, marks);
  }
  override restore(...told: Parameters<Coverage["restore"]>): void {
    const after = this.applied;
    super.restore(...told);
    this.restored.push({ after, through: this.applied });
  }
}

interface Life {
  readonly coverage: Watched;
  readonly follow: Follow;
  /** How often numbers were left out since it began. */
  jumps: number;
}

const wish = fc.record({
  project: fc.constantFrom(...PROJECTS),
  names: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 2 }),
  /** How often the entry is offered once it is committed: a lost one is found in the journal. */
  offers: fc.nat({ max: 2 }),
  /** Others go first. */
  delay: fc.nat({ max: 3 }),
});
const move = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("accept" as const),
      wishes: fc.array(wish, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("through" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("jump" as const), by: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);

describe("following the journal", () => {
  let store: Store;
  let journal: Journal;
  /** What the journal has; what was closed, by its end, is never numbered anew. */
  let everything: readonly Accepted[] = [];
  let closed = 0;
  /** Every number that ever was in the journal. */
  const given = new Set<number>();

  const asked = ({
    project,
    names,
  }: {
    readonly project: string;
    readonly names: readonly Name[];
  }): Asked => ({
    project,
    request: names.length === 0 ? { scope: "all" } : { scope: "original", urls: names },
    paths: names.map((name) => ({
      kind: TARGETS[name].kind,
      received: name,
      path: name,
      name: TARGETS[name].kind === "tag" ? name : project + name,
      tag: tagOf(project, name),
      covered: null,
      digest: null,
    })),
    cause: { kind: "api" },
    chain: 0,
    key: undefined,
  });
  const whole = PROJECTS.map((project) => ({ project, names: [] }));
  const put = (entries: readonly Accepted[]): void => {
    everything = entries;
    for (const { sequence } of entries) given.add(sequence);
  };

  beforeAll(async () => {
    store = await openStore(at(await newPlace()));
    await store.migrate(OWNER, MIGRATIONS);
    await store.migrate(instances.OWNER, instances.MIGRATIONS);
    const memory = { seen: () => ({ sequence: 0, entry: undefined }), everything: () => whole.map(asked) };
    journal = createJournal(store.db.$extendTables<InvalidationTables>(), Date.now, memory);
  });
  afterAll(() => store.close());

  /** Nobody works on what is in the journal now. */
  const close = async () => {
    await store.db
      .$extendTables<InvalidationTables>()
      .updateTable("invalidation_entry")
      .set({ next_at: null })
      .execute();
    closed = everything.length;
  };
  /** The numbers of a lost piece of the journal were seen: what is open stands above them now, and everything is invalid. */
  const jump = async (by: number) => {
    const least = (await journal.head()) + by;
    const answers = await journal.raise({ sequence: least, entry: undefined });
    const open = everything.slice(closed);
    const further = least + 1 - (open[0]?.sequence ?? 0);
    put([
      ...everything.slice(0, closed),
      ...open.map((each) => ({ ...each, sequence: each.sequence + further })),
      ...answers.flatMap(({ uuid, sequence, marks }, index) =>
        whole.slice(index, index + 1).map((each) => ({ ...each, uuid, sequence, marks })),
      ),
    ]);
  };
  const start = async (): Promise<Life> => {
    const coverage = new Watched();
    const db = store.db.$extendTables<InvalidationTables>();
    const follow = createFollow({ db, coverage, remembered: undefined, changed: () => {}, log: () => {} });
    await follow.start();
    return { coverage, follow, jumps: 0 };
  };
  const take = async (follow: Follow, accepted: Accepted, offers: number, delay: number) => {
    for (let turn = 0; turn < delay; turn += 1) await new Promise(setImmediate);
    await Promise.all(
      Array.from({ length: offers }, () => follow.offer({ ...accepted, changesSettings: false })),
    );
  };
  const isCovered = (path: string, { names }: Accepted) =>
    names.length === 0 || names.some((name) => (TARGETS[name].covers as readonly string[]).includes(path));
  const floorOf = (project: string, path: string) =>
    everything.findLast((each) => each.project === project && isCovered(path, each))?.sequence ?? 0;

  /** Nothing left out, nothing out of order, and every floor where the journal has it. */
  const check = ({ coverage, jumps }: Life) => {
    const { order, restored } = coverage;
    expect(order).toEqual([...new Set(order)].toSorted((one, other) => one - other));
    // An entry that was numbered anew may have been taken under its first number too.
    expect(order.filter((each) => !given.has(each))).toEqual([]);
    const standing = everything.map(({ sequence }) => sequence);
    const isRestored = (each: number) =>
      restored.some(({ after, through }) => after < each && each <= through);
    expect(order.filter((each) => standing.includes(each))).toEqual(
      standing.filter((each) => !isRestored(each)),
    );
    // All floors are read at the start, and then only where numbers are missing.
    expect(restored.length).toBeLessThanOrEqual(1 + jumps);
    for (const project of PROJECTS) {
      for (const path of PATHS) {
        expect(coverage.floor(identityOf(project, path))).toBe(floorOf(project, path));
      }
    }
  };

  it("applies every entry once, in order and without gaps, however entries are offered, and finds all of it after a restart", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 12 }), async (moves) => {
        await close();
        let life = await start();
        let offered: Promise<unknown>[] = [];
        for (const each of moves) {
          if (each.kind === "accept") {
            const accepted = await Promise.all(
              each.wishes.map(async (one) => {
                const answer = await journal.accept(asked(one));
                if (answer === "reused") throw new Error("no key was given");
                const { uuid, sequence, marks } = answer;
                const entry = { ...one, uuid, sequence, marks };
                offered.push(take(life.follow, entry, one.offers, one.delay));
                return entry;
              }),
            );
            put([...everything, ...accepted.toSorted((a, b) => a.sequence - b.sequence)]);
          } else if (each.kind === "through") {
            offered.push(life.follow.through(await journal.head()));
          } else if (each.kind === "jump") {
            await jump(each.by);
            life.jumps += 1;
          } else {
            await Promise.all(offered);
            offered = [];
            life = await start();
          }
        }
        await Promise.all(offered);
        await life.follow.through(await journal.head());
        check(life);
        check(await start());
      }),
      { numRuns: isFull ? 500 : 50 },
    );
  }, 120_000);
});
