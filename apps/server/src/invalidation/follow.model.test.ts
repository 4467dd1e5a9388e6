import { openStore, type Store } from "@freshet/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Coverage, type Mark } from "../cache/coverage.ts";
import { isFull } from "../cache/model/freshness.ts";
import { createFollow, type Follow } from "./follow.ts";
import { type Asked, createJournal, type Journal } from "./journal.ts";
import { type InvalidationTables, MIGRATIONS, OWNER } from "./migrations.ts";

const PATHS = ["/a", "/b", "/c"] as const;
const PROJECTS = ["demo", "shop"] as const;
const tagOf = (project: string, path: string) => `o-${project}${path}`;

/** What one number was accepted for; no paths means everything. */
interface Accepted {
  readonly sequence: number;
  readonly project: string;
  readonly paths: readonly string[];
  readonly marks: readonly Mark[];
}

/** Coverage that writes down in which order it was given entries it did not know. */
class Watched extends Coverage {
  readonly order: number[] = [];
  override apply(sequence: number, marks: readonly Mark[]): void {
    if (sequence > this.applied) this.order.push(sequence);
    super.apply(sequence, marks);
  }
}

const wish = fc.record({
  project: fc.constantFrom(...PROJECTS),
  paths: fc.uniqueArray(fc.constantFrom(...PATHS), { maxLength: 2 }),
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
  const everything: Accepted[] = [];

  beforeAll(async () => {
    store = await openStore({ file: ":memory:" });
    await store.migrate(OWNER, MIGRATIONS);
    journal = createJournal(store.db.$extendTables<InvalidationTables>(), Date.now);
  });
  afterAll(() => store.close());

  const asked = ({
    project,
    paths,
  }: {
    readonly project: string;
    readonly paths: readonly string[];
  }): Asked => ({
    project,
    request: paths.length === 0 ? { scope: "all" } : { scope: "original", urls: paths },
    paths: paths.map((path) => ({
      received: path,
      path,
      name: project + path,
      tag: tagOf(project, path),
      digest: null,
    })),
    cause: { kind: "api" },
    chain: 0,
    key: undefined,
  });
  const start = async () => {
    const coverage = new Watched();
    const db = store.db.$extendTables<InvalidationTables>();
    const follow = createFollow({ db, coverage, remembered: undefined, log: () => {} });
    return { coverage, follow, from: await follow.start() };
  };
  const take = async (follow: Follow, { sequence, marks }: Accepted, offers: number, delay: number) => {
    for (let turn = 0; turn < delay; turn += 1) await new Promise(setImmediate);
    await Promise.all(Array.from({ length: offers }, () => follow.offer(sequence, marks)));
  };
  const floorOf = (project: string, path: string) =>
    everything.findLast(
      (each) => each.project === project && (each.paths.length === 0 || each.paths.includes(path)),
    )?.sequence ?? 0;

  /** Nothing left out, nothing out of order, and every floor where the journal has it. */
  const check = ({ coverage, from }: Awaited<ReturnType<typeof start>>) => {
    const since = everything.map(({ sequence }) => sequence).filter((each) => each > from);
    expect(coverage.order).toEqual(since);
    for (const project of PROJECTS) {
      for (const path of PATHS) {
        expect(coverage.floor(project, tagOf(project, path))).toBe(floorOf(project, path));
      }
    }
  };

  it("applies every entry once, in order and without gaps, however entries are offered, and finds all of it after a restart", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 12 }), async (moves) => {
        let life = await start();
        let offered: Promise<unknown>[] = [];
        for (const each of moves) {
          if (each.kind === "accept") {
            const accepted = await Promise.all(
              each.wishes.map(async (one) => {
                const answer = await journal.accept(asked(one));
                if (answer === "reused") throw new Error("no key was given");
                const entry = { ...one, sequence: answer.sequence, marks: answer.marks };
                offered.push(take(life.follow, entry, one.offers, one.delay));
                return entry;
              }),
            );
            everything.push(...accepted.toSorted((a, b) => a.sequence - b.sequence));
          } else if (each.kind === "through") {
            offered.push(life.follow.through(await journal.head()));
          } else if (each.kind === "jump") {
            const wide = { project: "demo", paths: [] };
            const [answer] = await journal.raise((await journal.head()) + each.by, [asked(wide)]);
            if (answer) everything.push({ ...wide, sequence: answer.sequence, marks: answer.marks });
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
