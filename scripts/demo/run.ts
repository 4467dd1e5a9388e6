import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { seconds, stillGoing } from "../steps.mjs";

/** Whoever presses Ctrl-C waits no longer than this. */
const LONGEST_END_MS = 8_000;

const PARENT_MS = 500;

/** A demo while it runs. */
export interface Demo {
  /** A new folder of its own, which goes with it. */
  readonly folder: string;
  /** Ended with the demo, all at once. */
  onEnd(stop: () => Promise<unknown> | undefined): void;
  end(code: number): Promise<void>;
}

/**
 * Begins a demo, which then runs until somebody ends it, by Ctrl-C or a signal; where it cannot begin it says why and ends.
 * `folder` is where its own begins: "/tmp/freshet-demo-" becomes "/tmp/freshet-demo-Xy12Zw".
 */
export async function runDemo(folder: string, begin: (demo: Demo) => Promise<void>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const own = await mkdtemp(folder);
  const stops: (() => Promise<unknown> | undefined)[] = [];
  let ending: Promise<void> | undefined;
  const end = (code: number) => {
    ending ??= (async () => {
      console.log("Ending …");
      const all = Promise.all(stops.map((stop) => stop()?.catch(() => {})));
      // Those told end by themselves, even where nobody waits for them any more.
      await Promise.race([all, pause(LONGEST_END_MS)]);
      // What is still being installed may write on.
      await rm(own, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
      process.exit(code);
    })();
    return ending;
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(0));
  // npm that is told to end tells its shell, which ends without a word to us.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && void end(0), PARENT_MS).unref();
  try {
    await begin({ folder: own, onEnd: (stop) => void stops.push(stop), end });
  } catch (error) {
    if (ending) return; // Somebody ended it meanwhile.
    console.error(reason(error));
    await end(1);
  }
}

/** Says what is going on, and how long it took where that was noticeable. */
export async function step<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const begun = Date.now();
  console.log(`- ${what} …`);
  const stop = stillGoing(what);
  try {
    const value = await work();
    if (Date.now() - begun > 1_000) console.log(`  ${seconds(begun)}`);
    return value;
  } finally {
    stop();
  }
}

/** What went wrong, with what that came from: "fetch failed" alone says nothing. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reason(error.cause)}`;
}

/** Makes everybody do once what a visitor should not have to wait for; rejects where a picture of the page cannot be had. */
export async function firstVisit(address: string): Promise<void> {
  const page = await (await fetch(address)).text();
  const urls = [...page.matchAll(/<img[^>]* src="([^"]*\/v7\/[^"]*)"/g)].map(([, url = ""]) =>
    url.replaceAll(/&(?:amp|#0?38);/g, "&"),
  );
  if (urls.length === 0) throw new Error(`${address} shows no picture through Freshet.`);
  for (const url of urls) {
    const response = await fetch(url);
    await response.arrayBuffer();
    if (!response.ok)
      throw new Error(`${url}: ${response.status} ${response.headers.get("freshet-error") ?? ""}`);
  }
}
