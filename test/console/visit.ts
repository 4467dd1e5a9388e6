import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { full } from "../support/size.ts";
import type { Watched } from "./console.ts";
import type { Locator, Tab } from "./tab.ts";

/** Where pictures of the pages go, for whoever wants to look at them. */
const LOOK = process.env.FRESHET_TEST_LOOK;

interface Form {
  readonly width: 360 | 1440;
  readonly colorScheme: "light" | "dark";
}

const ALL_FORMS: readonly Form[] = [
  { width: 1440, colorScheme: "light" },
  { width: 360, colorScheme: "dark" },
  { width: 360, colorScheme: "light" },
  { width: 1440, colorScheme: "dark" },
];
/** Wide and narrow, light and dark: all four where the suite is full or somebody looks, else each once. */
const FORMS = full || LOOK !== undefined ? ALL_FORMS : ALL_FORMS.slice(0, 2);

interface Axe {
  run(options: object): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
    }[];
  }>;
}

/** Where the console is, and what judges its accessibility. */
interface Ground {
  readonly freshet: { readonly url: string };
  readonly axe: string;
}

export interface Visit {
  /** Below /console, such as "/users". */
  readonly path: string;
  /** What says that the page is all there. */
  readonly ready: (tab: Tab) => Locator;
  /** Name of its pictures. */
  readonly name: string;
  /** Done once the page is there, in each form, before it is judged. */
  readonly prepare?: (tab: Tab) => Promise<unknown>;
}

/**
 * Opens a page in every form and holds it to what every page promises: no rule of accessibility is broken, it is no wider than its window,
 * nothing is asked of anybody else, no script fails and the policy is kept, and its title names it.
 */
export async function visit(
  where: Ground,
  watched: Watched,
  { path, ready, name, prepare }: Visit,
): Promise<void> {
  const { tab } = watched;
  for (const { width, colorScheme } of FORMS) {
    const form = `${name}-${width}-${colorScheme}`;
    await tab.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    await tab.emulateMedia({ colorScheme });
    await tab.goto(`${where.freshet.url}/console${path}`);
    await ready(tab).waitFor();
    await prepare?.(tab);
    await judge(where, watched, form);
  }
}

/** Judges what a tab shows now, and keeps a picture of it where somebody wants to look. */
export async function judge(where: Ground, { tab, errors, strangers }: Watched, form: string): Promise<void> {
  await settled(tab);
  await look(tab, form);
  expect(await faultsOf(tab, where.axe), form).toEqual([]);
  const isWide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
  expect(await tab.evaluate(isWide), `${form} is wider than its window`).toBe(false);
  expect(await tab.title(), form).toMatch(/\S · Freshet$/);
  expect(strangers, form).toEqual([]);
  expect(errors, form).toEqual([]);
}

export async function look(tab: Tab, name: string): Promise<void> {
  if (LOOK === undefined) return;
  await mkdir(LOOK, { recursive: true });
  await tab.screenshot({ path: join(LOOK, `${name}.png`), fullPage: true });
}

/** Colours that are on their way to others are nobody's choice; what turns for ever is waited for by nobody. */
async function settled(tab: Tab): Promise<void> {
  const moving =
    "document.getAnimations().filter((each) => each instanceof CSSTransition && each.playState === 'running').length";
  // What appears begins to move a moment after it is there.
  await tab.evaluate("new Promise((done) => setTimeout(done, 60))");
  await expect.poll(() => tab.evaluate(moving)).toBe(0);
}

/** Rules of accessibility that are broken, each as rule and place. */
async function faultsOf(tab: Tab, axe: string): Promise<readonly string[]> {
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() =>
    (globalThis as unknown as { axe: Axe }).axe.run({ preload: false }),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 300)} ${failureSummary}`),
  );
}
