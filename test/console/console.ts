import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, openBrowser } from "../support/browser.ts";
import { type Freshet, type FreshetOptions, startFreshet } from "../support/freshet.ts";
import { installPart } from "../support/part.ts";
import type { Tab } from "./tab.ts";

const PART = join(import.meta.dirname, "../parts/accessibility");
const COOKIE = "freshet_session";

export const ADMIN = {
  email: "ada@shop.example",
  name: "Ada Admin",
  password: "a river has no lock on it",
} as const;

/** A server with its console, its first user, and a browser. */
export interface Console {
  readonly freshet: Freshet;
  readonly axe: string;
  /** Asks the API as somebody who is signed in, the first user where nobody is named; answers body and status, whatever it is. */
  ask(route: string, body?: object, session?: string): Promise<Answer>;
  /** The session of a user, as its cookie has it. Without one: the first user's. */
  signIn(user?: { readonly email: string; readonly password: string }): Promise<string>;
  /** A new tab, signed in with a session, the first user's where none is named; `null` is nobody's. */
  tab(session?: string | null): Promise<Watched>;
  /** Ends everything; rejects when a tab had opened a connection to anybody but this server. */
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads from it, it expects.
  readonly body: any;
  readonly headers: Headers;
}

/** A tab, and what went wrong in it. */
export interface Watched {
  readonly tab: Tab;
  /** Errors of scripts, and what the console of the browser calls an error: breaches of the page's policy too. */
  readonly errors: string[];
  /** Addresses that were asked for outside the server. */
  readonly strangers: string[];
}

/** Starts a server on an empty data folder, makes the first user as the setup does, and opens a browser. */
export async function startConsole(options: FreshetOptions = {}): Promise<Console> {
  await using started = new AsyncDisposableStack();
  const freshet = await startFreshet(options);
  started.defer(() => freshet.stop());
  const axe = await readAxe();
  const browser: Browser = await openBrowser();
  let addresses: readonly string[] = [];
  started.defer(async () => {
    addresses = await browser.close();
  });

  const send = async (
    route: string,
    body: object | undefined,
    session: string | undefined,
  ): Promise<Answer> => {
    const [method = "GET", path = "/"] = route.split(" ");
    const response = await fetch(freshet.url + path, {
      method,
      headers: {
        ...(body && { "content-type": "application/json" }),
        ...(session !== undefined && { cookie: `${COOKIE}=${session}` }),
        "freshet-csrf": "1",
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  const sessionOf = ({ status, headers, body }: Answer): string => {
    const session = new RegExp(`${COOKIE}=([^;]+)`).exec(headers.get("set-cookie") ?? "")?.[1];
    if (session === undefined) throw new Error(`Nobody was signed in: ${status} ${JSON.stringify(body)}`);
    return session;
  };
  const token = (await readFile(join(freshet.dataFolder, "setup.token"), "utf8")).trim();
  const first = sessionOf(await send("POST /access/setup", { token, ...ADMIN }, undefined));
  const running = started.move();
  return {
    ...{ freshet, axe },
    ask: (route, body, session = first) => send(route, body, session),
    signIn: async (user) =>
      user === undefined
        ? first
        : sessionOf(
            await send("POST /access/session", { email: user.email, password: user.password }, undefined),
          ),
    async tab(session = first) {
      const watched = await openTab(browser, freshet.url);
      if (session !== null)
        await watched.tab.context().addCookies([{ name: COOKIE, value: session, url: freshet.url }]);
      return watched;
    },
    async close() {
      await running.disposeAsync();
      const others = addresses.filter((address) => address !== `127.0.0.1:${freshet.port}`);
      if (others.length > 0) throw new Error(`The browser opened connections to ${others.join(", ")}.`);
    },
  };
}

/** A new tab of nobody for the console at this address. */
export async function openTab(browser: Browser, url: string): Promise<Watched> {
  const tab = (await browser.page()) as unknown as Tab;
  tab.setDefaultTimeout(20_000);
  const errors: string[] = [];
  const strangers: string[] = [];
  tab.on("pageerror", (error) => errors.push(String(error)));
  tab.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  tab.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(`${url}/`) && !/^(data|blob):/.test(asked)) strangers.push(asked);
  });
  return { tab, errors, strangers };
}

/** The script that judges accessibility. */
export async function readAxe(): Promise<string> {
  const part = await installPart(PART);
  return readFile(part.require.resolve("axe-core/axe.min.js"), "utf8");
}
