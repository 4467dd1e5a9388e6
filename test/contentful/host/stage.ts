import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, openBrowser } from "../../support/browser.ts";
import { freePort } from "../../support/freshet.ts";
import { installPart } from "../../support/part.ts";
import { ADMIN, APP, type Installation, startInstallation } from "../installation.ts";
import type { Frame, HostPage } from "./browser.ts";
import type { Host, Opening } from "./page.ts";
import { BUNDLE_HOST, type CmaAdapter, startHostServer } from "./server.ts";
import { ARTICLE, dataFor, PAGE_TYPE, type Values } from "./space-data.ts";

/** Where pictures of the pages go, for whoever wants to look at them. */
const LOOK = process.env.FRESHET_TEST_LOOK;
const PART = join(import.meta.dirname, "../../parts/contentful-pages");

type Json = Readonly<Record<string, unknown>>;

/** An installation of Freshet with its app in a browser, inside a page that does as Contentful's web app. */
export interface Stage {
  readonly all: Installation;
  readonly page: HostPage;
  /** Opens the app in one place and answers the frame it is in. */
  open(location: string, options?: OpenOptions): Promise<Frame>;
  /** The frame that was opened last, as a dialog is. */
  lastFrame(count?: number): Promise<Frame>;
  /** Does something in the page around the app. */
  host<Value>(
    work: (host: Host, argument: never) => Value | Promise<Value>,
    argument?: unknown,
  ): Promise<Value>;
  /** Faults of accessibility, each as rule and place. */
  faults(frame: Frame): Promise<readonly string[]>;
  /** Keeps a picture of what is there, where somebody wants to look. */
  look(name: string): Promise<void>;
  /** Errors that the pages met. */
  readonly errors: string[];
  readonly requests: string[];
  /** Ends everything; answers the addresses that the browser opened connections to. */
  close(): Promise<readonly string[]>;
}

export interface OpenOptions {
  readonly user?: string;
  readonly values?: Values;
  readonly field?: readonly [id: string, locale: string];
  readonly asset?: string;
  readonly width?: number;
  readonly environment?: string;
  readonly parameters?: Json;
  /** The pages come from an origin of their own, as a bundle that was uploaded does. */
  readonly isBundle?: boolean;
}

interface Axe {
  run(options: object): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
    }[];
  }>;
}

export async function startStage(): Promise<Stage> {
  await using started = new AsyncDisposableStack();
  const port = await freePort();
  const bundle = `http://${BUNDLE_HOST}:${port}`;
  const all = await startInstallation({
    host: `http://127.0.0.1:${port}`,
    deliveryHost: "one.localhost",
    pageOrigins: [bundle],
  });
  started.defer(all.stop);
  const { one } = all.spaces;
  one.contentTypes.push(ARTICLE, PAGE_TYPE);
  const adapter = all.clients.createAdapter({ accessToken: "editors-token", host: one.host, insecure: true });
  const server = await startHostServer(port, () => adapter as CmaAdapter);
  started.defer(server.close);
  const part = await installPart(PART);
  const axe = await readFile(part.require.resolve("axe-core/axe.min.js"), "utf8");
  const browser: Browser = await openBrowser();
  let addresses: readonly string[] = [];
  started.defer(async () => {
    addresses = await browser.close();
  });
  const page = (await browser.page({
    width: 1280,
    height: LOOK === undefined ? 900 : 2_400,
  })) as unknown as HostPage;
  page.setDefaultTimeout(60_000);
  const errors: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(server.url);

  const app = `http://localhost:${all.connector.port}/contentful/app/`;
  const host: Stage["host"] = (work, argument) =>
    page.evaluate(
      `(${work.toString()})(window.host, ${argument === undefined ? "undefined" : JSON.stringify(argument)})`,
    );
  const lastFrame = async (count = 1): Promise<Frame> => {
    for (
      const end = Date.now() + 30_000;
      Date.now() < end;
      await new Promise((rest) => setTimeout(rest, 20))
    ) {
      const names = await host((there) => there.names());
      const last = page.frames().find((frame) => frame.name() === names.at(-1));
      if (names.length === count && last) return last;
    }
    throw new Error(`There are not ${count} frames but ${page.frames().map((frame) => frame.url())}.`);
  };
  const running = started.move();
  return {
    ...{ all, page, errors, requests, lastFrame, host },
    async open(location, { user = ADMIN, width, isBundle = false, ...options } = {}) {
      one.session.user = user;
      const data = dataFor({ app: APP, user, ...options });
      const address = isBundle ? `${bundle}/` : app;
      const opening: Opening = { location, app: address, data, ...(width !== undefined && { width }) };
      const values = options.values ?? {};
      await host(
        (there, { opening, values }: { opening: Opening; values: Values }) => {
          for (const field of Object.keys(there.state.values)) delete there.state.values[field];
          Object.assign(there.state.values, values);
          there.open(opening);
        },
        { opening, values },
      );
      return lastFrame();
    },
    async faults(frame) {
      // Colours that are on their way to others are nobody's choice.
      await frame.evaluate(
        "Promise.allSettled(document.getAnimations().filter((each) => each instanceof CSSTransition).map((each) => each.finished))",
      );
      await frame.evaluate(axe);
      const { violations } = await frame.evaluate(() =>
        // Contentful's page around the app has the landmarks.
        (globalThis as unknown as { axe: Axe }).axe.run({
          preload: false,
          rules: { region: { enabled: false } },
        }),
      );
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 300)} ${failureSummary}`),
      );
    },
    async look(name) {
      if (LOOK === undefined) return;
      await mkdir(LOOK, { recursive: true });
      await page.screenshot({ path: join(LOOK, `${name}.png`), fullPage: true });
    },
    async close() {
      await running.disposeAsync();
      return addresses;
    },
  };
}
