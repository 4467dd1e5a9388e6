import { backoffMs } from "@freshet/store";
import { retryAfterOf, sentenceOf } from "./errors.ts";
import type { Inbox } from "./inbox.ts";
import type { ConnectedSite } from "./site.ts";

const LONGEST_PAUSE_MS = 60_000;
/** A site that asks to be left alone for longer than this is asked all the same. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** How the last pulls of a site went. */
export interface PullState {
  /** Failures in a row; 0 when the last pull was well. */
  readonly failures: number;
  readonly error: string | undefined;
}

/** Asks one site again and again for events that were not pushed. */
export interface PullLoop {
  start(): void;
  state(): PullState;
  /** Starts nothing more, and waits for what is being stored; an answer still under way is thrown away. */
  stop(): Promise<void>;
}

export interface PullOptions<Client> {
  readonly site: ConnectedSite<Client>;
  readonly inbox: Inbox;
  /** Milliseconds between pulls that went well. */
  readonly everyMs: number;
  /** Told after new events were stored. */
  readonly added: () => void;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export function createPullLoop<Client>(options: PullOptions<Client>): PullLoop {
  const { site, inbox, everyMs } = options;
  let failures = 0;
  let error: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<number> | undefined;
  let isStopped = false;

  /** One page; whether there may be more at once. */
  const pullPage = async (): Promise<boolean> => {
    const from = (await inbox.place(site.id))?.cursor;
    const page = await site.adapter.pull?.(from, site.client);
    if (page === undefined || isStopped) return false;
    storing = inbox.addPulled(site.id, page.events, page.cursor);
    const added = await storing;
    if (added > 0) {
      options.log("events pulled", { site: site.id, added });
      options.added();
    }
    return page.events.length > 0 && page.cursor !== from;
  };

  /** What the site was told last of each event that it asks about, so that it hears of a change only. */
  let told = new Map<string, string>();
  /** Whether the last report was taken; the first failure of a row is news. */
  let isTelling = true;

  /** Tells the site what became of its events. */
  const report = async (): Promise<void> => {
    const wanted = site.outcomes?.wanted() ?? [];
    const lines = wanted.length === 0 || isStopped ? [] : await inbox.lines(site.id, wanted);
    const news = lines.filter(({ event, state }) => told.get(event) !== state);
    if (news.length > 0 && !isStopped) await site.outcomes?.tell(news);
    told = new Map(lines.map(({ event, state }) => [event, state]));
  };

  const turn = async (): Promise<void> => {
    let pause = everyMs;
    try {
      while (!isStopped && (await pullPage())) {}
      await report().then(
        () => {
          isTelling = true;
        },
        (thrown: unknown) => {
          // What became of events is for display: the pull is well without it.
          if (isTelling) options.log("site not told", { site: site.id, reason: sentenceOf(thrown) });
          isTelling = false;
        },
      );
      if (failures > 0) options.log("site answers again", { site: site.id });
      failures = 0;
      error = undefined;
    } catch (thrown) {
      failures += 1;
      error = sentenceOf(thrown);
      const wait = Math.min(retryAfterOf(thrown), LONGEST_RETRY_AFTER_MS);
      pause = Math.max(wait, backoffMs(failures, { firstMs: everyMs, mostMs: LONGEST_PAUSE_MS }));
      // The first failure of a row is news; after that the status says it.
      if (failures === 1) options.log("site does not answer", { site: site.id, reason: error });
    }
    if (!isStopped) timer = setTimeout(() => void turn(), pause);
  };

  return {
    start() {
      if (site.adapter.pull !== undefined) void turn();
    },
    state: () => ({ failures, error }),
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await storing?.catch(() => {});
    },
  };
}
