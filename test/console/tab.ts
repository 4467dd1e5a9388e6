import type { Locator as Part } from "../contentful/host/browser.ts";
import type { Page } from "../support/browser.ts";

/** A part of a page, as Playwright finds it. */
export interface Locator extends Part {
  fill(text: string): Promise<void>;
  setInputFiles(
    files: readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[],
  ): Promise<void>;
  getByRole(role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }): Locator;
  getByText(text: string | RegExp, options?: { readonly exact?: boolean }): Locator;
  getByLabel(text: string | RegExp, options?: { readonly exact?: boolean }): Locator;
  locator(selector: string, options?: { readonly hasText?: string | RegExp }): Locator;
  first(): Locator;
  last(): Locator;
  nth(index: number): Locator;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
}

/** A tab of the console: what of Playwright's page these tests use, so that they compile without the package. */
export interface Tab
  extends Omit<Page, "evaluate" | "on">,
    Pick<Locator, "locator" | "getByRole" | "getByText" | "getByLabel"> {
  evaluate<Value>(
    work: string | ((argument: never) => Value | Promise<Value>),
    argument?: unknown,
  ): Promise<Value>;
  url(): string;
  title(): Promise<string>;
  reload(): Promise<unknown>;
  goBack(): Promise<unknown>;
  /** The tab that a link opens. */
  waitForEvent(event: "download"): Promise<{ suggestedFilename(): string; path(): Promise<string> }>;
  waitForEvent(event: "popup"): Promise<Tab>;
  setDefaultTimeout(milliseconds: number): void;
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  emulateMedia(options: { readonly colorScheme: "light" | "dark" }): Promise<void>;
  waitForURL(url: string | RegExp): Promise<void>;
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  context(): {
    cookies(): Promise<readonly Cookie[]>;
    addCookies(cookies: readonly (Cookie & { readonly url: string })[]): Promise<void>;
    clearCookies(): Promise<void>;
  };
  route(
    url: string | RegExp,
    handle: (route: {
      fulfill(answer: {
        readonly status: number;
        readonly contentType?: string;
        readonly body?: string;
      }): Promise<void>;
      continue(): Promise<void>;
      abort(): Promise<void>;
    }) => Promise<void> | void,
  ): Promise<void>;
  unroute(url: string | RegExp): Promise<void>;
  on(event: "pageerror", heard: (error: Error) => void): void;
  on(event: "console", heard: (message: { type(): string; text(): string }) => void): void;
  on(event: "request", heard: (request: { url(): string }) => void): void;
}
