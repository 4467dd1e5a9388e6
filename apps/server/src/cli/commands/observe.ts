import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createDoneFeed } from "../../observer/done-feed.ts";
import { createFloors, type Watched } from "../../observer/floors.ts";
import { observerMetrics, serveMetrics } from "../../observer/metrics.ts";
import { createReader } from "../../observer/reader.ts";
import { createTally, describeMiss, describeTally, type Miss, viewTally } from "../../observer/tally.ts";
import { createWatcher } from "../../observer/watcher.ts";
import { openApi } from "../api.ts";
import { type Call, type Command, JSON_OPTION, PROJECT_OPTION, SERVER_OPTIONS } from "../command.ts";
import { keyOf } from "../connection.ts";
import { CliError, usage } from "../exits.ts";
import { onlyProject } from "../only-project.ts";
import { readSpan } from "../time.ts";

/** Misses that are named in the end; all are counted, and each is named when it is seen. */
const MOST_NAMED = 100;
const REPORT_MS = 10_000;
/** Names that are asked for at the same time. */
const AT_ONCE = 16;

export const observe: Command = {
  name: "observe",
  summary:
    "Reads like a visitor, and counts answers that are older than what was Done when they were asked for.",
  words: ["<node>..."],
  options: {
    ...JSON_OPTION,
    ...SERVER_OPTIONS,
    ...PROJECT_OPTION,
    "urls-file": {
      value: "file",
      summary: "Delivery URLs that are sampled, one a line; their hosts do not count. - is stdin.",
    },
    host: { value: "name", summary: "Host that visitors ask for, where it is not the node's own." },
    sample: { value: "number", summary: "URLs that each node is asked for after each Done. Default: 4." },
    rate: { value: "number", summary: "Reads a second besides those. Default: 10." },
    "at-once": { value: "number", summary: "Reads at the same time. Default: 8." },
    reads: { value: "number", summary: "Ends after so many reads. Default: never." },
    for: { value: "span", summary: "Ends after this time, such as 10m or 12h." },
    metrics: { value: "port", summary: "Port on loopback where Prometheus finds what was counted." },
  },
  notes: [
    "Nodes are addresses that visitors reach: CDN nodes, or servers. The key needs the right to read.",
    "An answer counts as a miss if its request began after an invalidation of its original was heard to be Done, and its Freshet-Stamp is below that invalidation's number. Each miss is named with the node, the URL, the headers, what the node said when asked once more, and the trace of the invalidation. Invalidations by tag are heard, but no answer is held to them.",
    "It ends with 1 where there was a miss, and with 0 otherwise, also on Ctrl-C.",
  ],
  examples: [
    "freshet observe http://10.0.0.5:6081 http://10.0.0.6:6081 --urls-file urls.txt --metrics 9109",
    "freshet observe https://img.example --urls-file - --for 10m --json < urls.txt",
  ],
  async run(call) {
    const nodes = call.words.map(readNode);
    const atOnce = readNumber(call, "at-once", 8, 1, 1_000);
    const numbers = {
      sample: readNumber(call, "sample", 4, 0, 1_000),
      rate: readNumber(call, "rate", 10, 0, 1_000_000),
      most: readNumber(call, "reads", Number.POSITIVE_INFINITY, 1, Number.MAX_SAFE_INTEGER),
    };
    const span = call.option("for");
    const forMs = span === undefined ? undefined : readSpan("--for", span) * 1_000;
    const metricsPort = readNumber(call, "metrics", -1, 0, 65_535);
    const paths = await readUrls(call);
    const api = await openApi(call);
    const project = call.option("project") ?? (await onlyProject(api));
    const key = await keyOf(call);

    const stopping = new AbortController();
    const { signal } = stopping;
    const tally = createTally(nodes);
    const misses: Miss[] = [];
    const missed = (miss: Miss): void => {
      if (misses.length < MOST_NAMED) misses.push(miss);
      call.io.err(`${describeMiss(miss)}\n`);
    };
    const feed = createDoneFeed({
      ...{ api, project },
      events: (after, at) =>
        call.io.fetch(`${api.server}/invalidate/events?project=${encodeURIComponent(project)}`, {
          ...{ signal: at, redirect: "manual" },
          headers: {
            accept: "text/event-stream",
            ...(key === undefined ? {} : { "x-client-key": key }),
            ...(after === undefined ? {} : { "last-event-id": after }),
          },
        }),
      done: (covering) => {
        tally.invalidations.done += 1;
        watcher.heard(covering);
      },
      failed: () => {
        tally.invalidations.failed += 1;
      },
      troubled: (sentence) => call.io.err(`The log cannot be followed: ${sentence}. It is tried again.\n`),
    });
    const watched = await nameAll(paths, feed.nameOf);
    const reader = createReader({ connections: atOnce, host: call.option("host"), now: Date.now });
    const watcher = createWatcher({
      ...{ nodes, watched, reader, tally, missed, signal, ...numbers, atOnce },
      floors: createFloors(watched),
      entryOf: feed.entryOf,
      random: Math.random,
      now: Date.now,
    });
    const metrics = metricsPort < 0 ? undefined : await serveMetrics(observerMetrics(tally), metricsPort);
    const report = setInterval(() => {
      if (call.io.isWatched) call.io.err(`${describeTally(tally, []).split("\n", 1)}\n`);
    }, REPORT_MS);
    const forget = call.io.onInterrupt(() => stopping.abort());
    const end = forMs === undefined ? undefined : setTimeout(() => stopping.abort(), forMs);
    try {
      const following = feed.follow(signal);
      await watcher.run();
      stopping.abort();
      await following;
    } finally {
      clearInterval(report);
      clearTimeout(end);
      forget();
      metrics?.close();
      await reader.close();
    }
    const json = viewTally(tally, misses);
    const text = describeTally(tally, []);
    if (tally.sum().misses > 0) throw new CliError("FAILED", text, { code: "MISSED", partial: json });
    return { text, json };
  },
};

function readNode(text: string): string {
  const url = URL.parse(text);
  const isGood =
    url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search + url.hash === "";
  if (isGood) return url.origin;
  throw usage("A node is an address such as http://10.0.0.5:6081, without a path.");
}

function readNumber(call: Call, name: string, usual: number, least: number, most: number): number {
  const text = call.option(name);
  if (text === undefined) return usual;
  const number = Number(text);
  if (/^\d{1,15}$/.test(text) && number >= least && number <= most) return number;
  throw usage(`--${name} is a whole number from ${least} to ${most}.`);
}

async function readUrls({ option, io }: Call): Promise<readonly string[]> {
  const file = option("urls-file");
  if (file === undefined) throw usage("--urls-file is missing: it names the delivery URLs that are sampled.");
  const text =
    file === "-" ? await io.input() : await readFile(resolve(io.cwd, file), "utf8").catch(() => undefined);
  if (text === undefined) throw usage("--urls-file names nothing that can be read.");
  const paths = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace(/^https?:\/\/[^/?#]*(?=[/?#]|$)/i, ""))
    .map((line) => (line.startsWith("/") ? line : `/${line}`));
  if (paths.length === 0) throw usage("--urls-file names no URL.");
  return [...new Set(paths)];
}

async function nameAll(
  paths: readonly string[],
  nameOf: (url: string) => Promise<string | undefined>,
): Promise<readonly Watched[]> {
  const found: Watched[] = [];
  const queue = paths.values();
  const asker = async (): Promise<void> => {
    for (const path of queue) {
      const name = await nameOf(path);
      if (name === undefined) throw usage("--urls-file has a line that is no delivery URL of the project.");
      found.push({ path, name });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, asker));
  return found;
}
