import { startConsole, type Watched } from "../../test/console/console.ts";
import { type FirstLoad, firstLoad } from "../../test/console/first-load.ts";
import { missingBrowser } from "../../test/support/browser.ts";
import { NotHere, type Progress } from "../cell.ts";
import type { Options } from "../options.ts";
import type { ConsoleLoads } from "./report.ts";

/** Loads of each page in a round. */
const LOADS = 3;

/** Opens the console as somebody does who was never there, in a Chromium with nothing in its caches. */
export async function measureConsole(
  { rounds }: Options,
  progress: Progress,
): Promise<readonly ConsoleLoads[]> {
  const missing = missingBrowser();
  if (missing.length > 0) throw new NotHere(`${missing.join(", ")} is missing`);
  const all = await startConsole();
  const pages = [
    { page: "sign-in", session: null, ready: 'button[type="submit"]' },
    { page: "overview", session: await all.signIn(), ready: "#newest" },
  ] as const;
  try {
    const found = pages.map(({ page }) => ({ page, loads: [] as FirstLoad[] }));
    for (let round = 0; round < rounds; round += 1) {
      progress(`console: round ${round + 1} of ${rounds}`);
      for (const [at, { session, ready }] of pages.entries())
        for (let load = 0; load < LOADS; load += 1) {
          const watched = await all.tab(session);
          found[at]?.loads.push(await loadOnce(watched, `${all.freshet.url}/console`, ready));
        }
    }
    return found;
  } finally {
    await all.close();
  }
}

/** A page that is drawn by its scripts can be used as soon as it is there. */
async function loadOnce({ tab, strangers }: Watched, url: string, ready: string): Promise<FirstLoad> {
  await tab.goto(url);
  await tab.locator(ready).waitFor();
  const load = await firstLoad(tab);
  await tab.close();
  if (strangers.length > 0) throw new Error(`The console asked for ${strangers.join(", ")}.`);
  return load;
}
