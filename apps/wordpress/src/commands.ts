import { setTimeout as pause } from "node:timers/promises";
import type { SiteStatus } from "@freshet/connector";
import { readConfig } from "./config.ts";

const USAGE = `Usage: freshet-wordpress [command]

Without a command the connector starts. These ask the one that runs by the same configuration:
  status [--site NAME]                 how each site stands
  reconcile [--site NAME] [--no-wait]  looks through everything the sites have, now, and shows how far it is`;

const POLL_MS = 1_000;
const TIMEOUT_MS = 30_000;
/** A connector that starts again in between may be silent for so many questions. */
const PATIENCE = 10;

interface Asked {
  readonly command: "status" | "reconcile" | "help";
  readonly site: string | undefined;
  readonly waits: boolean;
}

/** What a command needs of the world; `print` takes a line. */
export interface Surroundings {
  readonly print: (line: string) => void;
  /** Address of the running connector. */
  readonly address: () => string;
  readonly fetch?: typeof fetch;
}

/** Runs one command; resolves to the exit code. Rejects with one sentence when the connector cannot be asked. */
export async function runCommand(
  given: readonly string[],
  { print, address, fetch: ask = fetch }: Surroundings = { print: console.log, address: configuredAddress },
): Promise<number> {
  const asked = readArguments(given);
  if (asked === undefined || asked.command === "help") {
    print(USAGE);
    return asked === undefined ? 2 : 0;
  }
  const { command, site, waits } = asked;
  const query = site === undefined ? "" : `?${new URLSearchParams({ site })}`;
  const call = async (method: "GET" | "POST", what: string): Promise<{ readonly sites: unknown[] }> => {
    const url = `${address()}/wordpress/${what}${query}`;
    const response = await ask(url, { method, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
      (cause: unknown) => {
        throw new Error(
          `${url} does not answer. Start the connector, or say where it is by FRESHET_WORDPRESS_PORT.`,
          {
            cause,
          },
        );
      },
    );
    if (response.status >= 300)
      throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as { readonly sites: unknown[] };
  };
  const statuses = async () => (await call("GET", "status")).sites as readonly SiteStatus[];
  if (command === "status") {
    const sites = await statuses();
    for (const each of sites) print(lineOf(each));
    return sites.length === 0 ? nothing(site, print) : 0;
  }

  const before = new Map((await statuses()).map((each) => [each.site, each.reconcile?.finished_at ?? null]));
  const { sites: begun } = await call("POST", "reconcile");
  if (begun.length === 0) return nothing(site, print);
  return waits ? await watch(begun as string[], { before, statuses, print }) : 0;
}

/** Prints a line whenever a site is further, until each has ended a walk since. */
async function watch(
  sites: readonly string[],
  {
    before,
    statuses,
    print,
  }: {
    readonly before: ReadonlyMap<string, string | null>;
    readonly statuses: () => Promise<readonly SiteStatus[]>;
    readonly print: (line: string) => void;
  },
): Promise<number> {
  const shown = new Map<string, string>();
  let silences = 0;
  for (;;) {
    const now = await statuses().catch((thrown: unknown) => {
      silences += 1;
      if (silences > PATIENCE) throw thrown;
      return undefined;
    });
    if (now !== undefined) {
      silences = 0;
      const mine = now.filter(({ site }) => sites.includes(site));
      for (const each of mine) {
        const line = lineOf(each);
        if (shown.get(each.site) !== line) print(line);
        shown.set(each.site, line);
      }
      const isDone = mine.every(
        ({ site, reconcile }) =>
          reconcile === null || (reconcile.state === "resting" && reconcile.finished_at !== before.get(site)),
      );
      if (isDone) return 0;
    }
    await pause(POLL_MS);
  }
}

function lineOf({ site, state, lag_ms, error, events, reconcile }: SiteStatus): string {
  const waiting = (events.received ?? 0) + (events.invalidating ?? 0);
  const parts = [`${site}: ${state}`];
  if (waiting > 0) parts.push(`${waiting} events wait, for ${Math.ceil(lag_ms / 1_000)} s`);
  if (reconcile !== null) {
    const { pass, steps, total, originals, found } = reconcile;
    const far = total === null ? `${steps}` : `${steps} of ${total} (${percent(steps, total)} %)`;
    parts.push(
      `walk ${pass} ${reconcile.state}: ${far} attachments, ${originals} files met, ${found} not as known`,
    );
  }
  const trouble = reconcile?.error ?? error;
  return [...parts, ...(trouble === null ? [] : [trouble])].join("; ");
}

const percent = (steps: number, total: number) =>
  total === 0 ? 100 : Math.min(100, Math.floor((steps / total) * 100));

function nothing(site: string | undefined, print: (line: string) => void): number {
  print(site === undefined ? "The connector serves no site." : `The connector knows no site ${site}.`);
  return 1;
}

function readArguments(given: readonly string[]): Asked | undefined {
  const [command, ...rest] = given;
  if (command === "help" || command === "--help" || command === "-h") {
    return { command: "help", site: undefined, waits: false };
  }
  if (command !== "status" && command !== "reconcile") return undefined;
  let site: string | undefined;
  let waits = true;
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] === "--site" && rest[at + 1] !== undefined) site = rest[++at];
    else if (rest[at] === "--no-wait" && command === "reconcile") waits = false;
    else return undefined;
  }
  return { command, site, waits };
}

function configuredAddress(): string {
  const { host, port } = readConfig();
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
