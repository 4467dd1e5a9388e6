import { INVALIDATION_SCOPES, INVALIDATION_STATUSES } from "@freshet/core";
import { type Kysely, sql } from "@freshet/store";
import fc from "fast-check";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Boot, boot, DEMO, newFile, routesOf, SHOP } from "./fixture.ts";
import { type LogFilter, pageQuery, searchLog, windowQuery } from "./log.ts";
import type { InvalidationTables, PathRow } from "./migrations.ts";

const HOUR = 3_600_000;

describe("the list, asked through the API", () => {
  let app: FastifyInstance;
  let made: Boot;
  beforeAll(async () => {
    made = await boot(await newFile());
    await made.invalidation.start();
    app = await routesOf(made);
    await post({ scope: "original", urls: ["/site/a.jpg"], cause: { kind: "wordpress", id: "evt_1" } });
    await post({ scope: "original", urls: ["/site/b.jpg", "/site/a.jpg"] });
    await post({ scope: "original", urls: ["/site.example/summer/*"], cause: { kind: "cli" } });
    await post({ scope: "urls", urls: ["/site.example/summer/c.jpg?w=3", "/site.example/summer/c.jpg?w=4"] });
    await post({ scope: "all" });
    await post({ scope: "all" }, SHOP.apiKey);
  });
  afterAll(async () => {
    await app.close();
    await made.stop();
  });

  async function post(body: object, key: string = DEMO.apiKey): Promise<void> {
    const answer = await app.inject({
      ...{ method: "POST", url: "/invalidate", headers: { "x-client-key": key } },
      payload: JSON.stringify(body),
    });
    expect(answer.statusCode).toBe(201);
    const project = key === SHOP.apiKey ? SHOP : DEMO;
    await made.invalidation.waitFor(project, answer.json().invalidation.uuid);
  }
  const list = async (query: Readonly<Record<string, string>>) =>
    (
      await app.inject({
        url: `/invalidate?${new URLSearchParams(query)}`,
        headers: { "x-client-key": DEMO.apiKey },
      })
    ).json();
  /** Numbers of those that were found, newest first. */
  const found = async (query: Readonly<Record<string, string>>): Promise<readonly number[]> =>
    (await list(query)).invalidations.map(({ sequence }: { sequence: number }) => sequence);

  test.each<[Readonly<Record<string, string>>, readonly number[]]>([
    [{}, [5, 4, 3, 2, 1]],
    [{ status: "DONE" }, [5, 4, 3, 2, 1]],
    [{ status: "ERROR" }, []],
    [{ scope: "original" }, [3, 2, 1]],
    [{ scope: "all" }, [5]],
    [{ cause: "wordpress" }, [1]],
    [{ cause: "api" }, [5, 4, 2]],
    [{ path: "/site/a.jpg" }, [2, 1]],
    [{ path: "v7/site/a.jpg" }, [2, 1]],
    [{ path: "site/b.jpg" }, [2]],
    // Exact URLs name their original, however many of it.
    [{ path: "/site.example/summer/c.jpg" }, [4]],
    [{ path: "/site.example/summer/c.jpg?w=9" }, [4]],
    [{ path: "/site.example/*" }, [4, 3]],
    [{ path: "/site.example/summer/c*" }, [4]],
    [{ path: "/site.example/winter/*" }, []],
    [{ covers: "/site.example/summer/c.jpg" }, [5, 4, 3]],
    [{ covers: "v7/site.example/summer/d.jpg" }, [5, 3]],
    [{ covers: "/site/a.jpg" }, [5, 2, 1]],
    [{ covers: "/site/a.jpg", scope: "original" }, [2, 1]],
    [{ covers: "/site/a.jpg", path: "/site/b.jpg" }, [2]],
    [{ path: "/site/a.jpg", cause: "api", status: "DONE", scope: "original" }, [2]],
    [{ since: "2020-01-01" }, [5, 4, 3, 2, 1]],
    [{ until: "2020-01-01T00:00:00Z" }, []],
    [{ since: "2999-01-01 00:00:00.000000" }, []],
  ])("%o finds %j", async (query, expected) => {
    expect(await found(query)).toEqual(expected);
    // One at a time, the same.
    const pages: number[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await list({ ...query, limit: "1", ...(cursor === "" ? {} : { cursor }) });
      pages.push(...page.invalidations.map(({ sequence }: { sequence: number }) => sequence));
      cursor = page.cursor;
    }
    expect(pages).toEqual(expected);
  });

  test("times are those of receiving, the first within and the last without", async () => {
    const { invalidations } = await list({ limit: "5" });
    const [, fourth] = invalidations.map(({ added_at }: { added_at: string }) => added_at);
    expect(await found({ since: fourth })).toContain(4);
    expect(await found({ until: fourth })).not.toContain(4);
  });

  test.each([
    "status=done",
    "status=",
    "status=DONE&status=DONE",
    "scope=everything",
    "cause=",
    `cause=${"x".repeat(41)}`,
    "since=yesterday",
    "since=2030-13-01T00:00:00Z",
    "until=1700000000",
    "path=/a*b",
    "covers=/site.example/*",
    "covers=/../x",
    "path=",
    "path=/../x",
  ])("%s is refused with a sentence", async (query) => {
    const answer = await app.inject({
      url: `/invalidate?${query}`,
      headers: { "x-client-key": DEMO.apiKey },
    });
    expect([query, answer.statusCode]).toEqual([query, 400]);
    expect(answer.json()).toMatchObject({ status: "error", msg: expect.stringMatching(/.{20}/) });
  });

  test("no query leads to a 5xx", async () => {
    const names = fc.constantFrom(
      ...["status", "scope", "cause", "path", "covers", "since", "until", "cursor", "limit"],
    );
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("*", "/*", "%", "/site/*", "2030"));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(names, texts), { maxLength: 4 }), async (pairs) => {
        const query = pairs
          .map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`)
          .join("&");
        const { statusCode } = await app.inject({
          ...{ url: `/invalidate?${query}`, headers: { "x-client-key": DEMO.apiKey } },
        });
        expect([200, 400]).toContain(statusCode);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a log of thousands", () => {
  let made: Boot;
  let db: Kysely<InvalidationTables>;
  const named = (at: number): Pick<PathRow, "kind" | "name" | "tag"> =>
    at % 13 === 0
      ? { kind: "prefix" as const, name: `demo/site.example/f${at % 8}/`, tag: `p-f${at % 8}` }
      : { kind: "original" as const, ...original(at % 300, at % 8) };
  const original = (at: number, folder = at % 8) => {
    const name = `demo/site.example/f${folder}/p${at}.jpg`;
    return { name, tag: `o-${name}` };
  };
  const rows = Array.from({ length: 3_000 }, (_, at) => ({
    ...named(at),
    sequence: at + 1,
    status: INVALIDATION_STATUSES[(at * 7) % 11 < 8 ? 4 : at % 7] ?? "DONE",
    scope: INVALIDATION_SCOPES[at % 17 === 0 ? 3 : at % 5 === 0 ? 1 : 0] ?? "original",
    cause: at % 100 === 3 ? "shopify" : "api",
    project: at % 10 === 9 ? "shop" : "demo",
    received_at: 1_700_000_000_000 + at * 60_000,
  }));
  beforeAll(async () => {
    made = await boot(await newFile());
    await made.invalidation.migrate();
    db = made.store.db.$extendTables<InvalidationTables>();
    for (let from = 0; from < rows.length; from += 500) {
      const some = rows.slice(from, from + 500);
      await db
        .insertInto("invalidation_entry")
        .values(
          some.map(({ sequence, status, scope, cause, project, received_at }) => ({
            ...{ id: `e${sequence}`, sequence, project, scope, status, received_at, cause_kind: cause },
            ...{ cause: JSON.stringify({ kind: cause }), chain: 0, attempt: 1, attempts: 1, paths: 1 },
            ...{ next_at: null, lease_until: 0, ended_at: received_at, transformations: null },
          })),
        )
        .execute();
      await db
        .insertInto("invalidation_path")
        .values(
          some.map(({ sequence, project, kind, name, tag }) => ({
            ...{ entry: `e${sequence}`, place: 0, project, sequence, kind },
            ...{ received: name, path: name, name, tag, covered: null, digest: null },
          })),
        )
        .execute();
    }
    await sql`analyze`.execute(db);
  });
  afterAll(() => made.stop());

  const covers = ({ scope, kind, name }: (typeof rows)[number], original: string) =>
    scope === "all" || (kind === "prefix" ? original.startsWith(name) : original === name);
  const isWanted = (row: (typeof rows)[number], filter: LogFilter) =>
    row.project === "demo" &&
    (filter.status === undefined || row.status === filter.status) &&
    (filter.scope === undefined || row.scope === filter.scope) &&
    (filter.cause === undefined || row.cause === filter.cause) &&
    (filter.original === undefined || row.name === filter.original.name) &&
    (filter.covering === undefined || covers(row, filter.covering.name)) &&
    (filter.beginnings === undefined || filter.beginnings.some((text) => row.name.startsWith(text))) &&
    (filter.since === undefined || row.received_at >= filter.since) &&
    (filter.until === undefined || row.received_at < filter.until);

  test("every page together is what a look at every row finds, for any filter and size of page", async () => {
    const name = fc.integer({ min: 0, max: 310 }).map((at) => `demo/site.example/f${at % 8}/p${at}.jpg`);
    const time = fc.integer({ min: -100, max: 3_100 }).map((at) => 1_700_000_000_000 + at * 60_000);
    const filters = fc.record(
      {
        status: fc.constantFrom(...INVALIDATION_STATUSES),
        scope: fc.constantFrom(...INVALIDATION_SCOPES),
        cause: fc.constantFrom("api", "shopify", "nobody"),
        original: name.map((each) => ({ name: each, tag: `o-${each}` })),
        covering: fc
          .tuple(fc.integer({ min: 0, max: 310 }), fc.integer({ min: 0, max: 9 }))
          .map(([at, folder]) => ({
            name: original(at, folder).name,
            tags: [original(at, folder).tag, `p-f${folder}`, "t-demo"],
            userTags: [],
          })),
        beginnings: fc.array(
          name.map((each) => each.slice(0, -6)),
          { minLength: 1, maxLength: 2 },
        ),
        since: time,
        until: time,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 100 }), async (filter, limit) => {
        const found: number[] = [];
        let before: number | undefined;
        do {
          const page = await searchLog(db, { project: "demo", filter, limit, before });
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          found.push(...page.rows.map(({ sequence }) => sequence));
          before = page.next;
        } while (before !== undefined && found.length < 400);
        const wanted = rows.filter((row) => isWanted(row, filter)).map(({ sequence }) => sequence);
        expect(found).toEqual(wanted.toReversed().slice(0, found.length));
        if (before === undefined) expect(found).toHaveLength(wanted.length);
      }),
      { numRuns: 60 },
    );
  });

  test.each<[string, LogFilter, string]>([
    ["nothing", {}, "invalidation_entry_project"],
    ["a status", { status: "ERROR" }, "invalidation_entry_status"],
    ["the usual status", { status: "DONE" }, "invalidation_entry_status"],
    ["a scope", { scope: "tags" }, "invalidation_entry_scope"],
    ["a cause", { cause: "shopify" }, "invalidation_entry_cause"],
    ["a usual cause", { cause: "api" }, "invalidation_entry_cause"],
    ["an original", { original: { tag: "o-x", name: "x" } }, "invalidation_path_tag"],
    ["a tag", { original: { tag: "o-x", name: undefined } }, "invalidation_path_tag"],
    ["a folder", { beginnings: ["demo/site.example/"] }, "invalidation_entry_project"],
    [
      "what covers an original, at the end",
      { covering: { name: "demo/site.example/a.jpg", tags: ["o-x", "t-demo"], userTags: ["x"] } },
      "invalidation_entry_project",
    ],
    ["times", { since: 1_700_000_000_000, until: 1_700_000_000_000 + HOUR }, "invalidation_entry_project"],
    ["all of it", { status: "DONE", scope: "all", cause: "api", since: 1 }, "invalidation_entry_cause"],
  ])(
    "a search by %s walks down one index, sorts nothing, and then reads rows by their numbers",
    async (_, filter, index) => {
      const window = { project: "demo", filter, above: 0, below: 2_900, size: 500 };
      const walk = await planOf(windowQuery(db, window));
      expect(walk).toContain(index);
      expect(walk).not.toMatch(/SCAN (?!CONSTANT)|Seq Scan|\bSort\b|TEMP B-TREE/);
      const page = await planOf(pageQuery(db, [5, 4, 3], filter, 21));
      expect(page).toMatch(/sqlite_autoindex_invalidation_entry_|invalidation_entry_(sequence_key|received)/);
      expect(page).not.toMatch(/SCAN (?!CONSTANT)|Seq Scan/);
    },
  );

  /** How the engine would carry it out; PostgreSQL is told not to read tables of this size whole, as it would not those of a million. */
  async function planOf(query: {
    compile(): { readonly sql: string; readonly parameters: readonly unknown[] };
  }) {
    return db.transaction().execute(async (transaction) => {
      const { sql: text, parameters } = query.compile();
      const pieces = text.split(/\?|\$\d+/);
      const values = parameters.map((each) => sql`${each}`);
      const whole = sql.join(
        pieces.flatMap((piece, at) => [sql.raw(piece), ...(values[at] ? [values[at]] : [])]),
        sql.raw(""),
      );
      if (made.store.isShared) await sql`set local enable_seqscan = off`.execute(transaction);
      const explain = made.store.isShared ? sql`explain ${whole}` : sql`explain query plan ${whole}`;
      const { rows: lines } = await explain.execute(transaction);
      return lines.map((line) => Object.values(line as object).join(" ")).join("\n");
    });
  }
});
