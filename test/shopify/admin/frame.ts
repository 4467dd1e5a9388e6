import type { Page } from "../../support/browser.ts";

/** The part of Playwright's locators that is used: they look into shadow trees as people do. */
export interface Locator {
  getByRole(role: string, options?: { readonly name?: string }): Locator;
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  selectOption(value: string): Promise<unknown>;
  focus(): Promise<void>;
  first(): Locator;
  last(): Locator;
  count(): Promise<number>;
  waitFor(options?: { readonly state?: "visible" | "hidden"; readonly timeout?: number }): Promise<void>;
  textContent(): Promise<string | null>;
  getAttribute(name: string): Promise<string | null>;
  isDisabled(): Promise<boolean>;
}

/** A frame of a page, with its elements found by what they are for people. */
export interface Frame {
  getByRole(role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }): Locator;
  getByText(text: string | RegExp): Locator;
  getByLabel(text: string): Locator;
  locator(selector: string): Locator;
  evaluate<Value>(work: (() => Value | Promise<Value>) | string): Promise<Value>;
  waitForFunction(
    work: (() => unknown) | string,
    argument?: unknown,
    options?: { readonly timeout?: number },
  ): Promise<unknown>;
}

export interface FramingPage extends Omit<Page, "on"> {
  frames(): readonly Frame[];
  mainFrame(): Frame;
  getByRole: Frame["getByRole"];
  readonly keyboard: { press(key: string): Promise<void> };
  on(event: "pageerror", heard: (error: Error) => void): void;
  on(event: "console", heard: (message: { type(): string; text(): string }) => void): void;
  context(): { cookies(): Promise<readonly unknown[]> };
}
