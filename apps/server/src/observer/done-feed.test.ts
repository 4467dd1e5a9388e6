import { expect, test } from "vitest";
import { CliError } from "../cli/exits.ts";
import { createDoneFeed } from "./done-feed.ts";

/** A log of so many entries, newest first in its list, and a stream of what is put into it. */
function startLog(entries: number) {
  const log = Array.from({ length: entries }, (_, place) => entryOf(place + 1));
  let broken = 0;
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  const ask = async (_method: string, path: string) => {
    const url = new URL(path, "http://server");
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (url.pathname.startsWith("/projects/")) return answer({ original: { name: "demo/a.jpg" } });
    if (url.pathname === "/invalidate") {
      const behind = Number(url.searchParams.get("cursor") ?? log.length);
      const page = log.slice(Math.max(0, behind - 100), behind).toReversed();
      return answer({ invalidations: page, cursor: behind > 100 ? String(behind - 100) : null });
    }
    broken -= 1;
    if (broken >= 0) throw new CliError("UNREACHABLE", "away");
    return answer({ invalidation: log.find(({ uuid }) => url.pathname.endsWith(`/${uuid}`)) });
  };
  return {
    log,
    break: (times: number) => {
      broken = times;
    },
    api: { server: "http://server", ask, all: async () => [] },
    events: async (_after: string | undefined, signal: AbortSignal) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          stream = controller;
          signal.addEventListener("abort", () => controller.error(signal.reason));
        },
      });
      return new Response(body);
    },
    tell: (text: string) => stream?.enqueue(new TextEncoder().encode(text)),
  };
}

const answer = (body: unknown) => ({ status: 200, body, etag: undefined });
const entryOf = (sequence: number) => ({
  ...{ uuid: `u${sequence}`, sequence, attempt: 1, status: "DONE", scope: "original" },
  urls: { received: ["/_a_/a.jpg"] },
});
const stepOf = (sequence: number) =>
  `event: progress\nid: ${sequence}\ndata: ${JSON.stringify({ ...entryOf(sequence), at: "now", targets: [] })}\n\n`;

async function following<T>(
  log: ReturnType<typeof startLog>,
  use: (heard: number[], troubles: string[]) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const [heard, troubles]: [number[], string[]] = [[], []];
  const feed = createDoneFeed({
    ...{ api: log.api, events: log.events, project: "demo", failed: () => {} },
    done: ({ sequence }) => heard.push(sequence),
    troubled: (sentence) => troubles.push(sentence),
  });
  const run = feed.follow(end.signal);
  try {
    return await use(heard, troubles);
  } finally {
    end.abort();
    await run;
  }
}

const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, place) => first + place);
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

test("what ended before is heard of as far as it matters, and every end after that once", async () => {
  const log = startLog(1_000);
  await following(log, async (heard) => {
    await expect.poll(() => heard.length).toBe(300);
    log.log.push(...upTo(1_200, 1_001).map(entryOf));
    for (const sequence of upTo(1_200, 1_001)) log.tell(stepOf(sequence) + stepOf(sequence));
    await expect.poll(() => heard.length).toBe(500);
    expect(sorted(heard)).toEqual(upTo(1_200, 701));
  });
});

test("behind a gap everything is heard of that ended in it, however much it was", async () => {
  const log = startLog(10);
  await following(log, async (heard) => {
    await expect.poll(() => heard.length).toBe(10);
    log.log.push(...upTo(1_510, 11).map(entryOf));
    log.tell("event: reset\ndata: {}\n\n");
    await expect.poll(() => heard.length).toBe(1_510);
    expect(sorted(heard)).toEqual(upTo(1_510));
  });
});

test("an end whose entry cannot be had at once is asked for again", async () => {
  const log = startLog(1);
  await following(log, async (heard, troubles) => {
    await expect.poll(() => heard).toEqual([1]);
    log.log.push(entryOf(2));
    log.break(1);
    log.tell(stepOf(2));
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual([1, 2]);
    expect(troubles).toEqual([]);
  });
});
