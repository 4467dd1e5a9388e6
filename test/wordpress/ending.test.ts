import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { full } from "../support/size.ts";
import { mariadbIsMissing } from "../support/wordpress/mariadb.ts";
import { wordpressIsMissing } from "../support/wordpress.ts";

const SUPPORT = join(import.meta.dirname, "../support/wordpress.ts");
const PATIENCE = { timeout: 30_000, interval: 50 };

/** What a test does whose time runs out: it starts a WordPress, and nobody ever stops that. */
const scriptOf = (database: string) => `
  const { startWordpress } = await import(${JSON.stringify(SUPPORT)});
  const { site } = await startWordpress({ database: ${JSON.stringify(database)} });
  console.log("site " + site);
  setInterval(() => {}, 1_000_000);`;

const DATABASES = full ? (["sqlite", "mariadb"] as const) : (["sqlite"] as const);
const missing = wordpressIsMissing() ?? (full ? mariadbIsMissing() : undefined);

test.skipIf(missing).for(DATABASES)(
  `a test that is killed leaves no process of its WordPress behind, %s ${missing ?? ""}`,
  async (database) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", scriptOf(database)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    let site = "";
    try {
      for await (const text of child.stdout.setEncoding("utf8")) {
        site = /^site (\S+)$/m.exec(text)?.[1] ?? "";
        if (site !== "") break;
      }
      expect(site).not.toBe("");
      expect((await processesOf(dirname(site))).length).toBeGreaterThan(1);
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
    await vi.waitFor(async () => expect(await processesOf(dirname(site))).toEqual([]), PATIENCE);
    await rm(dirname(site), { recursive: true, force: true, maxRetries: 5 });
  },
);

/** Commands of all processes of this machine that name a folder. */
async function processesOf(folder: string): Promise<readonly string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")),
  );
  return commands.filter((command) => command.includes(folder));
}
