import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInvalidationClient } from "@freshet/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findProgram, missingPart } from "../support/find.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { isShade, type Origin, shadeOf, startOrigin } from "../support/origin.ts";
import { startVarnish, type Varnish, varnishIsMissing } from "../support/varnish.ts";
import { blockOf } from "./page.ts";

const KEY = "client_0123456789abcdef";
const PAGE = "backup-and-restore.md";
const SHADES = [30, 90, 150, 210].map((red) => ({ red, green: 120, blue: 60 }));
const PATH = "/v7/_media_/hat.jpg";

const missing =
  (await varnishIsMissing()) ??
  missingPart("sqlite3", findProgram("sqlite3") !== undefined, "apt-get install sqlite3");

let origin: Origin;
let freshet: Freshet;
let varnish: Varnish;
let backup: string;

beforeEach(async () => {
  origin = await startOrigin();
  const port = await freePort();
  varnish = await startVarnish({ backendPort: port });
  backup = await mkdtemp(join(tmpdir(), "freshet-backup-"));
  freshet = await startFreshet({
    port,
    config: {
      projects: {
        demo: { apiKey: KEY, origins: { allowPrivate: true }, aliases: { _media_: `${origin.url}` } },
      },
      cdn: [{ driver: "varnish", nodes: [varnish.url] }],
    },
  });
});
afterEach(async () => {
  await freshet?.stop();
  await varnish?.stop();
  await origin?.close();
  await rm(backup, { recursive: true, force: true });
});

const client = () => createInvalidationClient({ endpoint: freshet.url, apiKey: KEY });

/** Runs what the page says below a heading. */
async function follow(heading: string): Promise<void> {
  const env = { ...process.env, DATA: freshet.dataFolder, BACKUP: backup };
  execFileSync("bash", ["-euo", "pipefail", "-c", await blockOf(PAGE, heading, "sh")], {
    env,
    stdio: "pipe",
  });
}

/** Another picture under the same name, announced; resolves to the number of the invalidation once it is Done. */
async function publish(version: number): Promise<number> {
  await origin.paint("/hat.jpg", SHADES[version % SHADES.length] ?? { red: 0, green: 0, blue: 0 });
  const { invalidation } = await client().invalidate({ scope: "original", urls: ["/_media_/hat.jpg"] });
  const done = await client().waitUntilDone(invalidation.uuid, { timeoutMs: 60_000 });
  expect(done.status).toBe("DONE");
  if (done.sequence === undefined) throw new Error("An invalidation without a number was Done.");
  return done.sequence;
}

/** Every place gives the picture of that version. */
async function expectFresh(version: number): Promise<void> {
  for (const place of [varnish.url, freshet.url]) {
    const answer = await fetch(`${place}${PATH}?w=40`);
    const shade = await shadeOf(new Uint8Array(await answer.arrayBuffer()));
    const wanted = SHADES[version % SHADES.length];
    expect(wanted && isShade(shade, wanted), `${place} gave ${JSON.stringify(shade)}`).toBe(true);
  }
}

async function backUpThenLose(lose: readonly string[]): Promise<number> {
  await publish(0);
  await follow("Back up");
  // Given out after the backup, and known to the node: the restored journal has never heard of them.
  let largest = 0;
  for (const version of [1, 2, 3]) {
    largest = await publish(version);
    await expectFresh(version);
  }
  await freshet.kill();
  for (const name of lose) await rm(join(freshet.dataFolder, name), { recursive: true, force: true });
  await follow("Restore");
  await freshet.restart();
  return largest;
}

describe.skipIf(missing)(`a restored backup${missing ? ` (${missing})` : ""}`, () => {
  const everything = ["."];
  test.each([
    ["the database alone was lost", ["freshet.db", "freshet.db-wal", "freshet.db-shm"]],
    ["the data folder was lost, and the node remembers", everything],
  ])("numbers go on above all that were seen where %s", async (_, lose) => {
    const largest = await backUpThenLose(lose);
    await expect
      .poll(async () => (await client().list({ limit: 50 })).invalidations, { timeout: 30_000 })
      .toContainEqual(expect.objectContaining({ scope: "all", status: "DONE", cause: { kind: "restore" } }));
    await expectFresh(3);
    expect(await publish(4)).toBeGreaterThan(largest);
    await expectFresh(4);
    const numbers = (await client().list({ limit: 50 })).invalidations.map(({ sequence }) => sequence);
    expect(numbers).toEqual(numbers.toSorted((one, other) => other - one));
  });
});
