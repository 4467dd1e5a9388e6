import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { full } from "../support/size.ts";
import { type Admin, openAdmin } from "../support/wordpress/admin.ts";
import { mariadbIsMissing } from "../support/wordpress/mariadb.ts";
import { startWordpress, type WordPress, wordpressIsMissing } from "../support/wordpress.ts";
import { paint } from "./changes/subject.ts";

const run = promisify(execFile);

const PLUGIN = join(import.meta.dirname, "../../apps/wordpress/plugin");
const TOOLS = join(import.meta.dirname, "../support/wordpress/mu-plugins/tools.php");
const FILL = join(import.meta.dirname, "../support/wordpress/fill.php");

/** Attachments of the library. */
const SIZE = full ? 100_000 : 600;
/** Pages of the admin are asked for this often, with and without the plugin by turns. */
const ROUNDS = full ? 9 : 3;

/** A site of that size has a database server; the reduced one shows the same counts without. */
const DATABASE = full ? "mariadb" : "sqlite";

const missing = wordpressIsMissing() ?? (full ? mariadbIsMissing() : undefined);

describe.skipIf(missing)(`a library of ${SIZE} pictures ${missing ?? ""}`, () => {
  let wordpress: WordPress;
  let admin: Admin;
  beforeAll(async () => {
    const constants = { FRESHET_ENDPOINT: "http://127.0.0.1:6081", FRESHET_SECRET: "a-secret-of-the-test" };
    wordpress = await startWordpress({
      plugins: [PLUGIN],
      muPlugins: [TOOLS],
      constants,
      database: DATABASE,
    });
    admin = await openAdmin(wordpress.url, wordpress.login);
    await tell("fill", String(SIZE));
  }, 600_000);
  afterAll(() => wordpress?.stop());

  async function tell(...words: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const { stdout } = await run("php", ["-d", "memory_limit=256M", FILL, wordpress.site, ...words]);
    const answer = JSON.parse(stdout) as Record<string, number>;
    console.log(words.join(" "), stdout);
    return answer;
  }

  const uploads = (name: string) => join(wordpress.site, "wp-content/uploads/2020/01", name);

  test("is walked in slices by processes that go on where the last one ended, and nothing of it is a change", async () => {
    const cut = await tell("walk", "7");
    expect(cut).toMatchObject({ ended: false, steps: 7, census_ended: 0 });
    const whole = await tell("walk");
    expect(whole).toMatchObject({ ended: true, known: SIZE, looked: SIZE, attachment: 0 });
    // The slices before the cut were not walked again.
    expect(whole.steps).toBe(Math.floor(SIZE / 50) + 1 - 7 + Math.floor(SIZE / 500));
    expect(whole.most_queries).toBeLessThan(20);
    expect(whole.memory_mb).toBeLessThan(120);
    expect(await eventsSince()).toHaveLength(0);
  }, 1_200_000);

  test("of which three files are overwritten tells these three at the end of the next round", async () => {
    const names = [1, Math.floor(SIZE / 2), SIZE].map((n) => `p${n}.png`);
    for (const name of names) {
      await rm(uploads(name));
      await writeFile(uploads(name), await paint(7, 200, 200));
    }
    await tell("walk");
    const told = (await eventsSince()).map(({ attachment }) => `${attachment.title}.png`);
    expect(told.toSorted()).toEqual(names.toSorted());
  }, 600_000);

  test("costs a page one query, however many pictures it shows", async () => {
    // Each picture that was replaced changed what stat() says of its former links, so the first view reads those again. It does so
    // until two seconds after the change: before that, another change could look the same.
    expect((await tell("page", "400")).queries).toBeLessThanOrEqual(10);
    await tell("age");
    for (const pictures of [5, 400])
      expect(await tell("page", String(pictures))).toMatchObject({ versions: pictures, queries: 1 });
  });

  test("costs the pages of the admin a fixed number of queries", async () => {
    expect(await tell("admin")).toMatchObject({ states: 100, column_queries: 1, backlog_queries: 3 });
    const paths = ["upload.php?mode=list", "index.php"];
    const seen = new Map<string, { queries: number; ms: number[] }>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const status of ["active", "inactive"] as const) {
        await wordpress.rest("POST", "/wp/v2/plugins/freshet/freshet", { status });
        for (const path of paths) {
          const begun = performance.now();
          const page = await admin.get(path);
          const entry = seen.get(`${path} ${status}`) ?? { queries: 0, ms: [] };
          entry.ms.push(performance.now() - begun);
          entry.queries = Number(/<!-- (\d+) queries -->/.exec(page)?.[1]);
          seen.set(`${path} ${status}`, entry);
        }
      }
    }
    for (const path of paths) {
      const [on, off] = [seen.get(`${path} active`), seen.get(`${path} inactive`)];
      const times = `${least(on?.ms)} ms with, ${least(off?.ms)} ms without`;
      console.log(`${path}: ${on?.queries} queries with the plugin, ${off?.queries} without; ${times}`);
      expect((on?.queries ?? 99) - (off?.queries ?? 0), path).toBeLessThanOrEqual(14);
    }
  }, 300_000);

  async function eventsSince(): Promise<readonly { readonly attachment: { readonly title: string } }[]> {
    const events = (await wordpress.rest("POST", "/tools/v1/outbox", { after: 0 })) as readonly {
      readonly attachment?: { readonly title: string };
    }[];
    return events.flatMap(({ attachment }) => (attachment ? [{ attachment }] : []));
  }
});

const least = (times: readonly number[] = []) => Math.round(Math.min(...times));
