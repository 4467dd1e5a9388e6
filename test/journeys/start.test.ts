import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
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
});

test("one command starts server and connector from one configuration, and one signal stops both", async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-start-"));
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
    },
    ready: [
      new RegExp(`^Freshet is ready: http://127.0.0.1:${port}$`, "m"),
      new RegExp(`^WordPress connector is ready: http://127.0.0.1:${connectorPort}$`, "m"),
    ],
    readyMs: LONGEST_START_MS,
  });
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  const status = await fetch(`http://127.0.0.1:${connectorPort}/wordpress/status`);
  expect(await status.json()).toMatchObject({ sites: [{ site: `127.0.0.1:${nobody}`, project: "demo" }] });

  process.kill(program.pid, "SIGTERM");
  expect(await program.ended).toEqual({ code: 0, signal: null });
  for (const each of [port, connectorPort]) {
    await expect(fetch(`http://127.0.0.1:${each}/livez`)).rejects.toThrow();
  }
  expect(program.logs()).not.toContain("The WordPress connector ended");
});
