import type { Tab } from "./tab.ts";

/** What it cost to open a page with nothing in any cache. */
export interface FirstLoad {
  /** Bytes of every answer as it went over the wire, with its head. */
  readonly bytes: number;
  /** Each of them, as size and path. */
  readonly files: readonly string[];
  /** Milliseconds since the address was entered. */
  readonly ms: number;
}

/** Everything a tab loaded since its address was entered: asked as soon as the page can be used. */
export async function firstLoad(tab: Tab): Promise<FirstLoad> {
  return tab.evaluate(() => {
    const ms = performance.now();
    const all = [
      ...performance.getEntriesByType("navigation"),
      ...performance.getEntriesByType("resource"),
    ] as unknown as readonly { readonly name: string; readonly transferSize: number }[];
    return {
      ms,
      bytes: all.reduce((sum, { transferSize }) => sum + transferSize, 0),
      files: all.map(({ name, transferSize }) => `${transferSize} ${new URL(name).pathname}`),
    };
  });
}
