import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../support/freshet.ts";
import { type Program, startProgram } from "../support/program.ts";
import { type LocalShopify, startLocalShopify } from "./local/local-shopify.ts";

const START = join(import.meta.dirname, "../../scripts/start.mjs");

let shopify: LocalShopify;
let folder: string;
let program: Program | undefined;

beforeAll(async () => {
  shopify = await startLocalShopify();
  folder = await mkdtemp(join(tmpdir(), "freshet-start-"));
});
afterAll(async () => {
  await program?.end("SIGKILL");
  await shopify?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test("one command starts server and app from one file, and a shop that comes gets its project", async () => {
  const [port, appPort] = [await freePort(), await freePort()];
  await writeFile(join(folder, "shopify.secret"), shopify.keys.clientSecret);
  await writeFile(join(folder, "admin"), "admin_0123456789abcdef0123");
  const config = {
    projects: { demo: {} },
    adminKeyFile: "admin",
    connectors: {
      shopify: {
        clientId: shopify.keys.clientId,
        clientSecretFile: "shopify.secret",
        appUrl: `http://127.0.0.1:${appPort}`,
        delivery: `http://{project}.freshet.test:${port}`,
      },
    },
  };
  await writeFile(join(folder, "freshet.config.json"), JSON.stringify(config));
  program = await startProgram({
    args: [START],
    cwd: folder,
    env: {
      FRESHET_DATA: join(folder, "data"),
      PORT: String(port),
      FRESHET_SHOPIFY_PORT: String(appPort),
      FRESHET_SHOPIFY_GATEWAY: shopify.url,
    },
    ready: [
      new RegExp(`^Freshet is ready: http://127.0.0.1:${port}$`, "m"),
      new RegExp(`^Shopify app is ready: http://127.0.0.1:${appPort}$`, "m"),
    ],
    // The launcher may have to build first.
    readyMs: 120_000,
  });
  const shop = await shopify.shop("hat-shop");
  const home = async () => {
    const authorization = `Bearer ${shopify.tokens.sessionToken(shop.domain)}`;
    const answer = await fetch(`http://127.0.0.1:${appPort}/api/home`, { headers: { authorization } });
    return (await answer.json()) as { readonly shop?: { readonly endpoint: string | null } };
  };
  await expect
    .poll(async () => (await home()).shop?.endpoint, { timeout: 30_000 })
    .toBe(`http://hat-shop.freshet.test:${port}`);
  process.kill(program.pid, "SIGTERM");
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.logs()).not.toContain("The Shopify connector ended");
});
