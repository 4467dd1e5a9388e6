import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, openBrowser } from "../support/browser.ts";
import { freePort } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { type Program, startProgram } from "../support/program.ts";
import { startVarnish } from "../support/varnish.ts";
import { openTab, readAxe, type Watched } from "./console.ts";
import { type Gate, openGate } from "./gate.ts";

const START = join(import.meta.dirname, "../../scripts/start.mjs");
/** The launcher may have to build first. */
const LONGEST_START_MS = 180_000;

/** What a newcomer has: an empty folder with a Freshet started in it, a browser, pictures, a CMS, and a CDN node. */
export interface Desk {
  readonly freshet: { readonly url: string };
  readonly axe: string;
  readonly origin: Origin;
  /** The way to the node; visitors and the server take it. */
  readonly node: Gate;
  /** Address of a CMS whose every page says where one is. */
  readonly cms: string;
  readonly dataFolder: string;
  /** What the start wrote since it was last started. */
  logs(): string;
  tab(): Promise<Watched>;
  /** Writes a configuration file where there was none, and starts again as before. */
  configure(config: object): Promise<void>;
  /** Ends everything; rejects when the browser had opened a connection to anybody but the server and the CMS. */
  close(): Promise<void>;
}

/** Starts Freshet by the launcher, with nothing but a port: no configuration, no data, no users. */
export async function startDesk(): Promise<Desk> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "freshet-newcomer-"));
  started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const origin = await startOrigin();
  started.defer(() => origin.close());
  const cms = await startCms();
  started.defer(cms.close);
  const port = await freePort();
  const varnish = await startVarnish({ backendPort: port });
  started.defer(() => varnish.stop());
  const node = await openGate(() => Number(new URL(varnish.url).port));
  started.defer(() => node.close());
  const start = () =>
    startProgram({
      args: [START],
      cwd: folder,
      env: { PORT: String(port) },
      ready: [/^Freshet is ready: \S+$/m],
      readyMs: LONGEST_START_MS,
    });
  let program: Program = await start();
  started.defer(() => program.end("SIGTERM"));
  const axe = await readAxe();
  const browser: Browser = await openBrowser();
  let addresses: readonly string[] = [];
  started.defer(async () => {
    addresses = await browser.close();
  });
  const url = `http://127.0.0.1:${port}`;
  const running = started.move();
  return {
    ...{ freshet: { url }, axe, origin, node, cms: cms.url, dataFolder: join(folder, ".freshet") },
    logs: () => program.logs(),
    tab: () => openTab(browser, url),
    async configure(config) {
      await writeFile(join(folder, "freshet.config.json"), JSON.stringify(config));
      await program.end("SIGTERM");
      program = await start();
    },
    async close() {
      await running.disposeAsync();
      const others = addresses.filter((address) => ![url, cms.url].includes(`http://${address}`));
      if (others.length > 0) throw new Error(`The browser opened connections to ${others.join(", ")}.`);
    },
  };
}

/** The token of the first start, as the data folder keeps it. */
export const setupTokenOf = async ({ dataFolder }: Pick<Desk, "dataFolder">): Promise<string> =>
  (await readFile(join(dataFolder, "setup.token"), "utf8")).trim();

async function startCms(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(`<!doctype html><title>The CMS</title><h1>Event of ${encodeURI(request.url ?? "")}</h1>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
