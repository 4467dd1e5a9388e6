import type { CdnDriver, Probe, ProbeRequest } from "@freshet/core";
import { CdnError } from "./errors.ts";

/** What stands behind the node, as far as a cache reads it. */
export interface InnerAnswer {
  readonly status: number;
  readonly body: string;
  /** Undefined: the answer has no stamp and is kept by nobody. */
  readonly stamp: number | undefined;
  readonly tags: readonly string[];
  readonly etag?: string | undefined;
}

export interface MemoryNode {
  readonly driver: CdnDriver;
  /** Asks the node as a visitor does. */
  get(request: ProbeRequest): Promise<InnerAnswer & { readonly cache: Probe["cache"] }>;
  /** Loses cache and fence, as a restarted process does. */
  restart(): void;
  /** While down, nobody reaches it. */
  setDown(down: boolean): void;
}

const TAG = /^[a-z]-[0-9a-f]{16}(\.g\d+)?$/;
const BATCH = 128;

/** A fenced CDN node in this process: what the real ones promise, without sockets. For tests that need a CDN but not a particular one. */
export function createMemoryNode(options: {
  readonly inner: (request: ProbeRequest) => Promise<InnerAnswer>;
  readonly name?: string;
}): MemoryNode {
  const name = options.name ?? "memory";
  let objects = new Map<string, InnerAnswer>();
  let newest = new Map<string, number>();
  let base: number | undefined;
  let down = false;

  /** Compared on store and on use alike, every time: there is no index here that an object could be missing from. */
  const isYoung = ({ stamp, tags }: InnerAnswer) =>
    base !== undefined &&
    stamp !== undefined &&
    stamp >= base &&
    tags.length > 0 &&
    tags.every((tag) => TAG.test(tag) && stamp >= (newest.get(withoutGeneration(tag)) ?? 0));

  function reach(signal?: AbortSignal): void {
    signal?.throwIfAborted();
    if (down) throw new CdnError("NODE_UNREACHABLE", name);
  }

  async function get(request: ProbeRequest): Promise<InnerAnswer & { readonly cache: Probe["cache"] }> {
    reach();
    if (base === undefined) return { ...(await options.inner(request)), cache: "pass" };
    const key = JSON.stringify([request.host, request.path, request.accept]);
    const kept = objects.get(key);
    if (kept && isYoung(kept)) return { ...kept, cache: "hit" };
    objects.delete(key);
    const life = objects;
    const answer = await options.inner(request);
    if (life === objects && isYoung(answer)) objects.set(key, answer);
    return { ...answer, cache: "miss" };
  }

  async function purge(sequence: number, tags: readonly string[], signal: AbortSignal): Promise<void> {
    reach(signal);
    if (tags.length > BATCH) throw new CdnError("PURGE_TOO_LARGE", name, `${tags.length} of ${BATCH}`);
    if (!tags.every((tag) => TAG.test(tag))) throw new CdnError("PURGE_UNREADABLE", name);
    for (const tag of tags) {
      const slot = withoutGeneration(tag);
      newest.set(slot, Math.max(sequence, newest.get(slot) ?? 0));
    }
    const gone = new Set(tags);
    for (const [key, object] of objects) if (object.tags.some((tag) => gone.has(tag))) objects.delete(key);
  }

  const driver: CdnDriver = {
    name,
    ending: "fenced",
    limits: { batch: BATCH },
    purgeTags: ({ sequence, tags }, signal) => purge(sequence, tags, signal),
    purgeProject: ({ sequence, tag }, signal) => purge(sequence, [tag], signal),
    async probe(request, signal) {
      reach(signal);
      const { status, stamp, etag, cache } = await get(request);
      return { status, stamp, etag, cache };
    },
    async join(head, signal) {
      reach(signal);
      const was = base === undefined ? "joined" : "known";
      base ??= head;
      return { was, newest: Math.max(base, ...newest.values()) };
    },
  };

  return {
    driver,
    get,
    restart() {
      objects = new Map();
      newest = new Map();
      base = undefined;
    },
    setDown(to) {
      down = to;
    },
  };
}

function withoutGeneration(tag: string): string {
  return tag.slice(0, 18);
}
