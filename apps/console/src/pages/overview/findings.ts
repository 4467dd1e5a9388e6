import { INVALIDATION_STATUSES, type InvalidationEntry } from "@freshet/core";
import type { CdnNode, Connector, InstanceList, ProjectLog } from "./shapes.ts";

/** Something that an operator should look at. */
export interface Finding {
  readonly key: string;
  readonly kind: "bad" | "warn";
  /** What it is about: an invalidation, an instance, a connector. */
  readonly subject: string;
  readonly sentence: string;
  readonly at: string;
  /** Where there is more about it, below /console. */
  readonly href: string;
}

/** A node that has not been told of something for so long is late; before, it is at work. */
const LONG_WAIT_MS = 60_000;

/** Events that wait longer than this, in seconds, wait for something. */
const LONG_LAG_S = 300;

const OPEN = INVALIDATION_STATUSES.filter((status) => !/^(DONE|ERROR)/.test(status));

export const isOpen = ({ status }: InvalidationEntry): boolean => OPEN.includes(status);

/** Everything that is not as it should be; what is worse comes first, then what is newer. */
export function findingsOf(parts: {
  readonly logs: readonly ProjectLog[];
  readonly instances: InstanceList | undefined;
  readonly connectors: readonly Connector[];
  readonly nodes: readonly CdnNode[];
  readonly now: Date;
}): readonly Finding[] {
  const { logs, instances, connectors, nodes, now } = parts;
  const all: readonly Finding[] = [
    ...logs.flatMap(({ project, failed = [] }) => failed.map((entry) => failedInvalidation(project, entry))),
    ...(instances?.instances ?? []).flatMap((instance) => {
      const { name, state, lag, seen_at: at } = instance;
      if (state === "current") return [];
      const sentence =
        state === "skipped"
          ? `It was gone on without and answers nothing from its caches until it has caught up (${lag} behind).`
          : `It has still to apply ${lag === 1 ? "one invalidation" : `${lag} invalidations`}.`;
      const kind = state === "skipped" ? "bad" : "warn";
      return [
        {
          key: `instance ${name}`,
          kind,
          subject: `Instance ${name}`,
          sentence,
          at,
          href: "/instances",
        } as const,
      ];
    }),
    ...nodes.flatMap((node) => troubleOfNode(node, now)),
    ...connectors.flatMap(troubleOf),
  ];
  const rank = { bad: 0, warn: 1 };
  return all.toSorted((one, other) => rank[one.kind] - rank[other.kind] || (one.at < other.at ? 1 : -1));
}

function failedInvalidation(
  project: string,
  { uuid, urls, tags, scope, error, added_at: at }: InvalidationEntry,
): Finding {
  const named = scope === "all" ? [] : [...(urls.received ?? []), ...(tags ?? [])];
  const [first = "everything", ...others] = named;
  return {
    key: `invalidation ${uuid}`,
    kind: "bad",
    subject: `${project}: ${first}${others.length > 0 ? ` and ${others.length} more` : ""}`,
    sentence: `The invalidation failed${error === null ? "." : `: ${error}`}`,
    at,
    href: `/p/${encodeURIComponent(project)}/invalidation/${encodeURIComponent(uuid)}`,
  };
}

function troubleOfNode(node: CdnNode, now: Date): readonly Finding[] {
  const { name, state, waiting, waiting_since: since, last_error: failed, heard_at: heard } = node;
  const isLate = since !== undefined && now.getTime() - Date.parse(since) > LONG_WAIT_MS;
  if (state === "in_step" || (state === "behind" && !isLate)) return [];
  const open = waiting === 1 ? "One invalidation waits" : `${waiting} invalidations wait`;
  const sentence = {
    away: "It is away.",
    failed: "Its last purge failed: it may show old pictures.",
    behind: `${open} for it.`,
  }[state];
  const reason = state === "behind" ? node.trouble : (failed?.reason ?? node.trouble);
  return [
    {
      ...{ key: `node ${name}`, kind: state === "behind" ? "warn" : "bad", subject: `CDN node ${name}` },
      sentence: reason === undefined ? sentence : `${sentence} ${reason}`,
      at: since ?? failed?.at ?? heard ?? now.toISOString(),
      href: "/nodes",
    },
  ];
}

function troubleOf(connector: Connector): readonly Finding[] {
  const { id, project, kind: cms, state, lag, waiting, note, is_present: isPresent, seen_at: at } = connector;
  const found = (kind: Finding["kind"], sentence: string): readonly Finding[] => [
    {
      ...{ key: `connector ${project} ${id}`, kind, subject: `${project}: connector ${id} (${cms})`, at },
      sentence: note === undefined ? sentence : `${sentence} ${note}`,
      href: `/p/${encodeURIComponent(project)}/connectors`,
    },
  ];
  if (!isPresent)
    return found("bad", "It has stopped announcing itself: changes in the CMS are not heard of.");
  if (state === "failing") return found("bad", "It says that it fails.");
  if (lag > LONG_LAG_S)
    return found("warn", `${waiting} events wait, the oldest for ${Math.round(lag / 60)} minutes.`);
  return [];
}
