import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, openBrowser } from "../../support/browser.ts";
import { startTlsFront } from "../../support/tls-front.ts";
import type { ShopifyInstallation } from "../installation.ts";
import { answerAsAdmin } from "./answer.ts";
import type { Frame, FramingPage } from "./frame.ts";

export const ADMIN = "https://admin.shopify.com";
export const APP = "https://freshet-app.test";

/** The app as a merchant sees it: in a frame of Shopify's admin, in a real browser, each under its own name over TLS. */
export interface Admin {
  /** What Shopify answers about the app embed: "active", "available", "unavailable". */
  embed: string;
  /** Milliseconds that Shopify takes to give the app a session token. */
  tokenMs: number;
  /** The script that Shopify gives out as Polaris; an empty one defines no element. */
  polaris: string;
  readonly browser: Browser;
  /** Opens a page of the app in the shop's admin. */
  open(shop: string, path?: string, view?: OpenView): Promise<Opened>;
  close(): Promise<void>;
}
export interface OpenView {
  readonly width?: number;
  readonly height?: number;
  /** Who frames the app instead of Shopify's admin: an origin. */
  readonly by?: string;
  /** Seconds from now until the session token in the address of the frame ends; it is the only proof there then. */
  readonly tokenS?: number;
}
export interface Opened {
  readonly page: FramingPage;
  readonly frame: Frame;
  /** Errors of scripts, and what the console was told as an error. */
  readonly troubles: string[];
  toasts(): Promise<readonly { readonly text: string; readonly isError: boolean }[]>;
  close(): Promise<void>;
}

export async function startAdmin({ app, freshet, shopify }: ShopifyInstallation): Promise<Admin> {
  const server = createServer((request, response) =>
    answerAsAdmin({ ...{ shopify, admin: ADMIN, app: APP }, ...admin }, request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const self = { forward: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const deliveryHosts = (handle: string) => [`${handle}.freshet.test`, { forward: freshet.url }] as const;
  const front = await startTlsFront({
    "admin.shopify.com": self,
    "cdn.shopify.com": self,
    "evil.test": self,
    "freshet-app.test": { forward: app.url },
    ...Object.fromEntries(HANDLES.map(deliveryHosts)),
  });
  const browser = await openBrowser({
    resolverRules: `MAP *:443 127.0.0.1:${front.port}, MAP *.com ~NOTFOUND`,
  });

  const admin: Admin = {
    embed: "available",
    tokenMs: 0,
    polaris: "",
    browser,
    async open(shop, path = "/", { width = 1280, height = 900, by = ADMIN, tokenS = 60 } = {}) {
      const page = (await browser.page({ width, height })) as unknown as FramingPage;
      const troubles: string[] = [];
      page.on("pageerror", (error) => troubles.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") troubles.push(message.text());
      });
      const query = new URLSearchParams({ shop, path, tokenS: String(tokenS) });
      await page.goto(`${by}/apps/freshet?${query}`, { waitUntil: "load" });
      const frame = page.frames().find((each) => each !== page.mainFrame());
      if (frame === undefined) throw new Error("The admin shows no frame.");
      return {
        page,
        frame,
        troubles,
        toasts: () => page.evaluate<{ text: string; isError: boolean }[]>("toasts"),
        close: () => page.close(),
      };
    },
    async close() {
      await browser.close();
      await front.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return admin;
}

/** Shops whose delivery hosts the browser finds. */
const HANDLES = ["hat-shop", "new-shop", "lost-shop"];
