import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPart } from "./part.ts";

const PROGRAM = process.env.FRESHET_TEST_CHROMIUM ?? "/usr/bin/chromium";

const FLAGS = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-default-apps",
  "--no-first-run",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-quic",
  "--ignore-certificate-errors",
];

/** Where a Chromium looks for its maker by itself, whatever it is told: for updates, accounts, what forms are for, dictionaries. */
const NO_MAKER = ["googleapis.com", "google.com", "gvt1.com"]
  .map((name) => `MAP *.${name} ~NOTFOUND`)
  .join(", ");

/**
 * What this machine lacks to look at a page, as names of Debian packages; empty when all is there. Tests that need it
 * skip with these names, and fail with them where `CI` is set.
 */
export function missingBrowser(): string[] {
  return spawnSync(PROGRAM, ["--version"], { stdio: "ignore" }).status === 0 ? [] : ["chromium"];
}

/** What a tab answered for one URL. */
export interface PageResponse {
  url(): string;
  status(): number;
  headers(): Record<string, string>;
  body(): Promise<Buffer>;
  request(): { resourceType(): string; headers(): Record<string, string> };
}

/** The part of Playwright's page that our tests use, so that they compile without the package. */
export interface Page {
  goto(
    url: string,
    options?: { readonly waitUntil?: "load" | "domcontentloaded" },
  ): Promise<PageResponse | null>;
  setContent(html: string): Promise<void>;
  /** Runs a function of the page in the page; its value comes back as JSON does. */
  evaluate<Value>(work: (() => Value | Promise<Value>) | string): Promise<Value>;
  /** Waits until the function answers something true. */
  waitForFunction(
    work: () => unknown,
    argument?: unknown,
    options?: { readonly timeout?: number },
  ): Promise<unknown>;
  screenshot(options?: { readonly path?: string; readonly fullPage?: boolean }): Promise<Buffer>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  textContent(selector: string): Promise<string | null>;
  on(event: "response", heard: (response: PageResponse) => void): void;
  on(
    event: "requestfailed",
    heard: (request: { url(): string; failure(): { errorText: string } | null }) => void,
  ): void;
  on(event: "pageerror", heard: (error: Error) => void): void;
  close(): Promise<void>;
}

/** How a tab looks at the world. */
export interface View {
  readonly width?: number;
  readonly height?: number;
  /** Device pixels per CSS pixel. */
  readonly deviceScaleFactor?: number;
  /** What the system is said to prefer; light where nothing is said. */
  readonly colorScheme?: "light" | "dark";
}

/** A headless Chromium with a fresh profile that cannot leave this machine. */
export interface Browser {
  /** A new tab with an empty cache of its own, 1280 × 800 at one device pixel per CSS pixel unless said otherwise. */
  page(view?: View): Promise<Page>;
  /** Ends the browser and answers the addresses it opened connections to, each once, such as "127.0.0.1:8080". */
  close(): Promise<readonly string[]>;
}

/**
 * Opens a Chromium. Certificates are not checked, and every host name but its maker's leads to this machine unless `resolverRules`
 * (Chromium's `--host-resolver-rules`) says otherwise.
 */
export async function openBrowser(options: { readonly resolverRules?: string } = {}): Promise<Browser> {
  const part = await installPart(join(import.meta.dirname, "../parts/responsive"));
  const { chromium } = part.require("playwright-core") as Playwright;
  const folder = await mkdtemp(join(tmpdir(), "freshet-browser-"));
  const network = join(folder, "network.json");
  const rules = options.resolverRules ?? "MAP * 127.0.0.1";
  const browser = await chromium
    .launch({
      executablePath: PROGRAM,
      args: [...FLAGS, `--host-resolver-rules=${NO_MAKER}, ${rules}`, `--log-net-log=${network}`],
    })
    .catch(async (error) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
  return {
    async page({ width = 1280, height = 800, deviceScaleFactor = 1, colorScheme = "light" } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        deviceScaleFactor,
        colorScheme,
        ignoreHTTPSErrors: true,
      });
      return context.newPage();
    },
    async close() {
      await browser.close();
      try {
        return connectionsOf(await readFile(network, "utf8"));
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

interface Playwright {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<{
      newContext(options: object): Promise<{ newPage(): Promise<Page> }>;
      close(): Promise<void>;
    }>;
  };
}

interface NetworkLog {
  readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
  readonly events: readonly { readonly type: number; readonly params?: { readonly address?: string } }[];
}

/** Chromium's own record of its sockets: the only witness that also hears what no page asked for. */
function connectionsOf(text: string): readonly string[] {
  const { constants, events } = readLog(text);
  const attempt = constants.logEventTypes.TCP_CONNECT_ATTEMPT;
  if (attempt === undefined) throw new Error("This Chromium's network log names no TCP_CONNECT_ATTEMPT.");
  const addresses = events.flatMap(({ type, params }) =>
    type === attempt && params?.address ? [params.address] : [],
  );
  return [...new Set(addresses)];
}

/** A log that was cut off lacks its last line. */
function readLog(text: string): NetworkLog {
  try {
    return JSON.parse(text) as NetworkLog;
  } catch {
    return JSON.parse(`${text.slice(0, text.lastIndexOf("},") + 1)}]}`) as NetworkLog;
  }
}
