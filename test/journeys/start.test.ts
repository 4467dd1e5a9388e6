import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { answers } from "../support/daemon.ts";
import { freePort } from "../support/freshet.ts";
import { type Program, startProgram } from "../support/program.ts";

const ROOT = join(import.meta.dirname, "../..");
/** The launcher may have to build first. */
const LONGEST_START_MS = 90_000;

let program: Program | undefined;
let folder: string | undefined;

afterEach(async () => {
  await program?.end("SIGKILL");
  if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  program = folder = undefined;
});

/** Starts both with a configuration of one site, where nobody listens. */
async function startBoth(more: Readonly<Record<string, string>> = {}) {
  folder ??= await mkdtemp(join(tmpdir(), "freshet-start-"));
  const config = join(folder, "freshet.config.json");
  const [port, connectorPort, nobody] = [await freePort(), await freePort(), await freePort()];
  const site = { site: `http://127.0.0.1:${nobody}`, secret: "a-secret-of-both-sides", project: "demo" };
  await writeFile(config, JSON.stringify({ projects: { demo: {} }, connectors: { wordpress: [site] } }));
  program = await startProgram({
    args: [join(ROOT, "scripts/start.mjs")],
    cwd: folder,
    env: {
      FRESHET_CONFIG: config,
      FRESHET_DATA: join(folder, "data"),
      PORT: String(port),
      FRESHET_WORDPRESS_PORT: String(connectorPort),
      ...more,
    },
    ready: [
      new RegExp(`^Freshet is ready: http://127.0.0.1:${port}$`, "m"),
      new RegExp(`^WordPress connector is ready: http://127.0.0.1:${connectorPort}$`, "m"),
    ],
    readyMs: LONGEST_START_MS,
  });
  return { running: program, port, connectorPort, nobody };
}

test("one command starts server and connector from one configuration, and one signal stops both", async () => {
  const { running, port, connectorPort, nobody } = await startBoth();
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  const status = await fetch(`http://127.0.0.1:${connectorPort}/wordpress/status`);
  expect(await status.json()).toMatchObject({ sites: [{ site: `127.0.0.1:${nobody}`, project: "demo" }] });

  process.kill(running.pid, "SIGTERM");
  expect(await running.ended).toEqual({ code: 0, signal: null });
  for (const each of [port, connectorPort]) {
    await expect(fetch(`http://127.0.0.1:${each}/livez`)).rejects.toThrow();
  }
  expect(running.logs()).not.toContain("The WordPress connector ended");
});

test("who told npm alone to end, as a supervisor does, has ended the server", async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-start-"));
  const port = await freePort();
  program = await startProgram({
    command: "npm",
    args: ["start"],
    cwd: ROOT,
    env: { FRESHET_DATA: join(folder, "data"), PORT: String(port) },
    ready: [/^Freshet is ready/m],
    readyMs: LONGEST_START_MS,
  });
  process.kill(program.pid, "SIGTERM");
  await expect
    .poll(() => answers(`http://127.0.0.1:${port}`), { timeout: 15_000, interval: 200 })
    .toBe(false);
});

test("a connector that takes longer than the server is not told a second time", async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-start-"));
  const slow = join(folder, "slow.mjs");
  await writeFile(
    slow,
    `if (process.argv[1]?.endsWith("wordpress/dist/main.js")) {
      const exit = process.exit;
      process.exit = (code) => void setTimeout(() => (console.log("connector ends with", code), exit(code)), 2_000);
      process.on("SIGTERM", () => console.log("connector is told"));
    }`,
  );
  const { running } = await startBoth({ NODE_OPTIONS: `--import ${slow}` });
  process.kill(running.pid, "SIGTERM");
  expect(await running.ended).toEqual({ code: 0, signal: null });
  expect(running.logs().match(/connector (is told|ends with \d)/g)).toEqual([
    "connector is told",
    "connector ends with 0",
  ]);
});
