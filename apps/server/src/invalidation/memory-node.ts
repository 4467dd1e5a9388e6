import type { CdnDriver, ProbeRequest, UrlPurge } from "@freshet/core";

/** One purge as a memory node received it. */
export interface ReceivedPurge {
  readonly sequence: number;
  readonly project: string;
  readonly tags: readonly string[];
  readonly urls?: readonly string[];
}

/** A CDN node in memory that keeps the newest number per tag: what every fencing node promises, without a network. */
export interface MemoryNode {
  readonly driver: CdnDriver;
  readonly purges: readonly ReceivedPurge[];
  /** The newest number the node was told for this tag; its base where it was told none. */
  floor(tag: string): number;
  /** What happens to the next purges: an Error is thrown, "hang" never ends. */
  behave(how: "well" | "hang" | Error): void;
  /** Stamp of the answer to a probe of this path. */
  answer(path: string, stamp: number | undefined): void;
  /** The node restarts: it no longer knows any number. */
  restart(): void;
}

export function createMemoryNode(
  name: string,
  options: { readonly batch?: number; readonly perMinute?: number; readonly knowsUrls?: boolean } = {},
): MemoryNode {
  const floors = new Map<string, number>();
  const purges: ReceivedPurge[] = [];
  const answers = new Map<string, number | undefined>();
  let behaviour: "well" | "hang" | Error = "well";
  let base: number | undefined;

  const receive = async (purge: ReceivedPurge): Promise<void> => {
    purges.push(purge);
    if (behaviour === "hang") await new Promise(() => {});
    if (behaviour instanceof Error) throw behaviour;
    for (const tag of purge.tags) floors.set(tag, Math.max(purge.sequence, floors.get(tag) ?? 0));
  };
  const { batch = 64, perMinute } = options;
  return {
    driver: {
      name,
      ending: "fenced",
      limits: perMinute === undefined ? { batch } : { batch, perMinute },
      purgeTags: ({ sequence, project, tags }) => receive({ sequence, project, tags }),
      ...(options.knowsUrls
        ? {
            purgeUrls: ({ sequence, project, urls }: UrlPurge) =>
              receive({ sequence, project, tags: [], urls }),
          }
        : {}),
      purgeProject: ({ sequence, project, tag }) => receive({ sequence, project, tags: [tag] }),
      async probe({ path }: ProbeRequest) {
        return { status: 200, stamp: answers.get(path), etag: undefined, cache: "hit" };
      },
      async join(head) {
        if (behaviour instanceof Error) throw behaviour;
        const was = base === undefined ? "joined" : "known";
        base ??= head;
        return { was, newest: Math.max(base, ...floors.values()) };
      },
    },
    purges,
    floor: (tag) => floors.get(tag) ?? base ?? 0,
    behave: (how) => {
      behaviour = how;
    },
    answer: (path, stamp) => answers.set(path, stamp),
    restart: () => {
      floors.clear();
      base = undefined;
    },
  };
}
