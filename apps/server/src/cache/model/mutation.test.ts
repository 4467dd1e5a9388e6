import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isFull } from "./freshness.ts";
import { FIRST_RULES, FURTHER_RULES, type Mutation } from "./mutations.ts";

const SOURCES = join(import.meta.dirname, "../..");
const MODULES = join(SOURCES, "../../../node_modules");
const FOLDERS = [
  "cache",
  "cells",
  "console",
  "delivery",
  "minify",
  "projects",
  "s3",
  "secrets",
  "sources",
  "svg",
  "video",
];
const MOST_RUNS = 10_000;
const PATIENCE_MS = 300_000;

/** Tells stories to one copy of the sources; prints the claim that broke, or nothing. */
const TELL = `
const { checkFreshness } = await import(process.argv[1]);
const { failed, errorInstance } = await checkFreshness({ runs: ${MOST_RUNS}, seed: 1 });
if (failed) console.log(String(errorInstance?.message).split("\\n")[0]);
process.exit(0);
`;

const RULES: readonly Mutation[] = [...FIRST_RULES, ...FURTHER_RULES];

/** What stands before and behind the text in a file. */
async function around(path: string, { file, from }: Mutation["edits"][number]): Promise<readonly string[]> {
  const parts = (await readFile(path, "utf8")).split(from);
  expect(parts, `"${from}" stands once in ${file}`).toHaveLength(2);
  return parts;
}

describe("the stories of the freshness protocol notice when a rule is gone", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "freshet-mutation-"));
    await symlink(MODULES, join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const copy = async (index: number, { edits }: Mutation): Promise<string> => {
    const to = join(folder, String(index));
    await mkdir(to);
    for (const each of [...FOLDERS, "errors.ts", "niceness.ts"]) {
      await cp(join(SOURCES, each), join(to, each), { recursive: true });
    }
    for (const edit of edits) {
      const path = join(to, edit.file);
      await writeFile(path, (await around(path, edit)).join(edit.to));
    }
    return join(to, "cache/model/freshness.ts");
  };

  // Also of those that only the full size takes out.
  it("and each is one that the code has", async () => {
    for (const { edits } of RULES) for (const edit of edits) await around(join(SOURCES, edit.file), edit);
  });

  for (const [index, mutation] of RULES.entries()) {
    it.runIf(isFull || index < FIRST_RULES.length)(
      mutation.rule,
      async () => {
        const entry = await copy(index, mutation);
        const { stdout } = await promisify(execFile)(
          process.execPath,
          ["--input-type=module", "--eval", TELL, entry],
          { timeout: PATIENCE_MS },
        );
        expect(stdout).toMatch(/^[1-6]: /);
      },
      PATIENCE_MS,
    );
  }
});
