import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isFull } from "../../cache/model/freshness.ts";
import { BY_SCHEDULE, BY_SEARCH, type Mutation } from "./mutations.ts";

const SOURCES = join(import.meta.dirname, "../..");
const MODULES = join(SOURCES, "../../../node_modules");
const MOST_RUNS = 4_000;
const PATIENCE_MS = 600_000;

/** Plays in one copy of the sources, the schedule of this name or at random; prints what was shown. */
const PLAY = `
const { SCHEDULES } = await import(process.argv[1] + "/schedules.ts");
const { replay, search } = await import(process.argv[1] + "/search.ts");
const schedule = SCHEDULES[process.argv[2]];
if (schedule) console.log((await replay(schedule)).join("; "));
else {
  const { seed, numRuns, errorInstance } = await search(${MOST_RUNS}, 1);
  console.log("seed", seed, "run", numRuns, String(errorInstance?.message));
}
process.exit(0);
`;

describe("the schedules of instances notice when a rule is gone", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "freshet-mutation-"));
    await symlink(MODULES, join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What is shown without the rule. */
  const without = async (rule: string, { file, from, to }: Mutation): Promise<string> => {
    const copy = join(folder, rule.replaceAll(" ", "-"));
    await mkdir(copy);
    await cp(SOURCES, copy, { recursive: true, filter: (source) => !source.endsWith(".test.ts") });
    const path = join(copy, file);
    const parts = (await readFile(path, "utf8")).split(from);
    expect(parts, `"${from}" stands once in ${file}`).toHaveLength(2);
    await writeFile(path, parts.join(to));
    const play = ["--input-type=module", "--eval", PLAY, join(copy, "instances/model"), rule];
    const { stdout } = await promisify(execFile)(process.execPath, play, { timeout: PATIENCE_MS });
    return stdout;
  };

  it.each(Object.entries(BY_SCHEDULE))(
    "by its schedule: %s",
    async (rule, mutation) => {
      expect(await without(rule, mutation)).toMatch(/^shown \d+ of \d+/);
    },
    PATIENCE_MS,
  );

  it.runIf(isFull).each(Object.entries(BY_SEARCH))(
    "by the search: %s",
    async (rule, mutation) => {
      const found = await without(rule, mutation);
      console.log(found.trim());
      expect(found).toMatch(/shown \d+ of \d+/);
    },
    PATIENCE_MS,
  );
});
