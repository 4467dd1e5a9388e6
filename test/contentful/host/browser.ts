/** The parts of Playwright's frames and locators that tests of the app's pages use, so that they compile without the package. */
export interface Locator {
  click(options?: { readonly position?: { readonly x: number; readonly y: number } }): Promise<void>;
  fill(text: string): Promise<void>;
  check(): Promise<void>;
  press(key: string): Promise<void>;
  focus(): Promise<void>;
  selectOption(value: string | { readonly label: string }): Promise<unknown>;
  waitFor(options?: { readonly state?: "visible" | "hidden"; readonly timeout?: number }): Promise<void>;
  count(): Promise<number>;
  isVisible(): Promise<boolean>;
  isDisabled(): Promise<boolean>;
  isChecked(): Promise<boolean>;
  innerText(): Promise<string>;
  inputValue(): Promise<string>;
  getAttribute(name: string): Promise<string | null>;
  boundingBox(): Promise<{
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  } | null>;
  first(): Locator;
  last(): Locator;
  nth(index: number): Locator;
  locator(selector: string, options?: { readonly hasText?: string | RegExp }): Locator;
  getByRole(role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }): Locator;
  getByText(text: string | RegExp, options?: { readonly exact?: boolean }): Locator;
  getByLabel(text: string | RegExp, options?: { readonly exact?: boolean }): Locator;
}

export interface Frame extends Pick<Locator, "locator" | "getByRole" | "getByText" | "getByLabel"> {
  evaluate<Value>(
    work: ((argument: never) => Value | Promise<Value>) | string,
    argument?: unknown,
  ): Promise<Value>;
  url(): string;
  name(): string;
}

export interface Route {
  fulfill(answer: {
    readonly status: number;
    readonly contentType?: string;
    readonly body?: string;
  }): Promise<void>;
  continue(): Promise<void>;
  abort(): Promise<void>;
}

export interface HostPage extends Frame {
  setDefaultTimeout(milliseconds: number): void;
  goto(url: string): Promise<unknown>;
  frames(): readonly Frame[];
  waitForSelector(selector: string): Promise<unknown>;
  screenshot(options: { readonly path: string; readonly fullPage?: boolean }): Promise<unknown>;
  readonly keyboard: {
    press(key: string): Promise<void>;
    type(text: string): Promise<void>;
  };
  readonly mouse: {
    move(x: number, y: number, options?: { readonly steps?: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  route(url: string, handle: (route: Route) => Promise<void> | void): Promise<void>;
  unroute(url: string): Promise<void>;
  context(): { cookies(): Promise<readonly object[]> };
  on(event: "pageerror", heard: (error: Error) => void): void;
  on(event: "console", heard: (message: { type(): string; text(): string }) => void): void;
  on(event: "request", heard: (request: { url(): string }) => void): void;
}
