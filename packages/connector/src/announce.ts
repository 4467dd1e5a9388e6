import { sentenceOf } from "./errors.ts";
import type { SiteStatus } from "./report.ts";
import type { QuestionSecrets } from "./secrets.ts";

/** What a connector says of itself at `PUT /connectors/{id}`; docs/reference/api.md has the meaning of each. */
export interface Announcement {
  readonly kind: string;
  readonly state: "running" | "failing";
  readonly lag: number;
  readonly waiting: number;
  readonly note?: string;
  readonly ttl: number;
  readonly status_url: string;
  readonly status_secret?: string;
}

/** How a connector becomes known to the server. */
export interface AnnounceOptions {
  /** Its name, the same at every start; unique in each project. */
  readonly id: string;
  /** Address under which the server reaches this connector, without a slash at the end; undefined while nobody listens. */
  readonly address: () => string | undefined;
  /** Sends it with a key of the project; rejects when it did not arrive. */
  readonly send: (project: string, id: string, announcement: Announcement) => Promise<void>;
  /** Milliseconds between two announcements; 30,000 where nothing is said. */
  readonly everyMs?: number;
}

/** Says how each project's sites stand, again and again. */
export interface Announcer {
  start(): void;
  stop(): void;
}

const EVERY_MS = 30_000;
/** Right after the start, and as long as nobody has heard it. */
const FIRST_MS = 1_000;
const LONGEST_NOTE = 500;

export function createAnnouncer(options: {
  readonly name: string;
  readonly announce: AnnounceOptions;
  readonly secrets: QuestionSecrets;
  readonly projects: () => Iterable<string>;
  readonly statuses: (project: string) => Promise<readonly SiteStatus[]>;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Announcer {
  const { name, announce, secrets, log } = options;
  const everyMs = announce.everyMs ?? EVERY_MS;
  const silent = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const tell = async (project: string): Promise<boolean> => {
    try {
      const address = announce.address();
      if (address === undefined) return false;
      const secret = secrets.get(project);
      await announce.send(project, announce.id, {
        ...summaryOf(name, await options.statuses(project)),
        ...{ ttl: ttlOf(everyMs), status_url: `${address}/${name}/status` },
        ...(secret !== undefined && { status_secret: secret }),
      });
      if (silent.delete(project)) log("announced again", { project });
      return true;
    } catch (thrown) {
      // The first failure is news; the server itself says that it heard nothing.
      if (!silent.has(project)) log("not announced", { project, reason: sentenceOf(thrown) });
      silent.add(project);
      return false;
    }
  };

  const turn = async (): Promise<void> => {
    // One project whose key is refused holds nobody back.
    const heard = await Promise.all([...new Set(options.projects())].map(tell));
    const pause = heard.every(Boolean) ? everyMs : Math.min(everyMs, FIRST_MS * 5);
    if (!isStopped) timer = setTimeout(() => void turn(), pause);
  };

  return {
    start() {
      timer = setTimeout(() => void turn(), Math.min(everyMs, FIRST_MS));
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function summaryOf(
  kind: string,
  sites: readonly SiteStatus[],
): Omit<Announcement, "ttl" | "status_url" | "status_secret"> {
  const unfinished = ({ events }: SiteStatus) => (events.received ?? 0) + (events.invalidating ?? 0);
  const troubled = sites.filter((site) => site.state === "unreachable" || site.reconcile?.error);
  const [first] = troubled;
  const error = first && (first.reconcile?.error ?? first.error);
  const others = troubled.length > 1 ? ` (and ${troubled.length - 1} more of ${sites.length} sites)` : "";
  return {
    kind,
    state: troubled.length > 0 ? "failing" : "running",
    lag: Math.max(0, ...sites.map((site) => Math.ceil(site.lag_ms / 1_000))),
    waiting: sites.reduce((sum, site) => sum + unfinished(site), 0),
    ...(error && { note: `${error.slice(0, LONGEST_NOTE - others.length)}${others}` }),
  };
}

/** Three announcements may get lost before it counts as away. */
const ttlOf = (everyMs: number) => Math.max(10, Math.ceil((everyMs * 3) / 1_000));
