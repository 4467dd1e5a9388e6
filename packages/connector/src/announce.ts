import { sentenceOf } from "./errors.ts";
import { VERSION } from "./package-version.ts";
import type { QuestionSecrets } from "./secrets.ts";
import type { SiteStatus } from "./site-status.ts";

/** What a connector says of itself at `PUT /connectors/{id}`; docs/reference/api.md has the meaning of each. */
export interface Announcement {
  readonly kind: string;
  readonly state: "running" | "paused" | "failing";
  readonly lag: number;
  readonly waiting: number;
  readonly note?: string;
  readonly ttl: number;
  readonly status_url: string;
  readonly status_secret: string;
  /** Of the connector's package. */
  readonly version: string;
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
const FIRST_MS = 1_000;
/** Projects that came since, and those of which nobody has heard, are spoken of this soon. */
const NEWS_MS = 5_000;
const LONGEST_NOTE = 500;
/** Projects that are spoken of at the same time. */
const AT_ONCE = 8;

export function createAnnouncer(options: {
  readonly name: string;
  readonly announce: AnnounceOptions;
  readonly secrets: Pick<QuestionSecrets, "of">;
  readonly projects: () => Iterable<string>;
  /** Of the project's sites that have not left; a project without any is not spoken of. */
  readonly statuses: (project: string) => Promise<readonly SiteStatus[]>;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Announcer {
  const { name, announce, secrets, log } = options;
  const everyMs = announce.everyMs ?? EVERY_MS;
  const silent = new Set<string>();
  /** When each project that was heard of is spoken of again. */
  const due = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const tell = async (project: string): Promise<boolean> => {
    try {
      const address = announce.address();
      if (address === undefined) return false;
      const sites = await options.statuses(project);
      if (sites.length === 0) return true;
      await announce.send(project, announce.id, {
        ...summaryOf(name, sites),
        ...{ ttl: ttlOf(everyMs), status_url: `${address}/${name}/status` },
        status_secret: await secrets.of(project),
        version: VERSION,
      });
      if (silent.delete(project)) log("announced again", { project });
      return true;
    } catch (thrown) {
      // The first failure is news; the server itself says that it heard nothing.
      if (!isStopped && !silent.has(project)) log("not announced", { project, reason: sentenceOf(thrown) });
      silent.add(project);
      return false;
    }
  };

  const turn = async (): Promise<void> => {
    const begun = performance.now();
    const projects = new Set(options.projects());
    for (const project of due.keys()) if (!projects.has(project)) due.delete(project);
    const waiting = [...projects].filter((project) => (due.get(project) ?? begun) <= begun).values();
    const some = async () => {
      // One project whose key is refused holds nobody back.
      for (const project of waiting) {
        if (isStopped) return;
        if (await tell(project)) due.set(project, begun + everyMs);
        else due.delete(project);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, some));
    if (!isStopped) timer = setTimeout(() => void turn(), Math.min(everyMs, NEWS_MS));
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
): Omit<Announcement, "ttl" | "status_url" | "status_secret" | "version"> {
  const unfinished = ({ events }: SiteStatus) => (events.received ?? 0) + (events.invalidating ?? 0);
  const troubled = sites.filter((site) => site.state === "unreachable" || site.reconcile?.error);
  const [first] = troubled;
  const error = first && (first.reconcile?.error ?? first.error);
  const well = sites.every(({ state }) => state === "paused") ? "paused" : "running";
  const others = troubled.length > 1 ? ` (and ${troubled.length - 1} more of ${sites.length} sites)` : "";
  return {
    kind,
    state: troubled.length > 0 ? "failing" : well,
    lag: Math.max(0, ...sites.map((site) => Math.ceil(site.lag_ms / 1_000))),
    waiting: sites.reduce((sum, site) => sum + unfinished(site), 0),
    ...(error && { note: `${error.slice(0, LONGEST_NOTE - others.length)}${others}` }),
  };
}

/** Three announcements may get lost before it counts as away. */
const ttlOf = (everyMs: number) => Math.max(10, Math.ceil((everyMs * 3) / 1_000));
