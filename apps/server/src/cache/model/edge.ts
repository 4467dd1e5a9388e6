import { hash } from "node:crypto";
import { createMemoryNode } from "@freshet/cdn/memory";
import type { Served } from "./instance.ts";
import type { Schedule } from "./schedule.ts";

/** A visitor's request, as a node forwards it. */
export interface Ask {
  readonly target: string;
  readonly accept: string | undefined;
  /** The way back from the server takes long. */
  readonly isSlow: boolean;
}

/** A CDN node of the test. */
export interface Edge {
  get(ask: Ask): Promise<{ readonly served: Served; readonly isHit: boolean }>;
  /** Resolves when the node acknowledges. */
  purge(sequence: number, tags: readonly string[]): Promise<void>;
  join(head: number): Promise<"joined" | "known">;
  /** The node loses cache and fence. */
  restart(): void;
}

/** Which of the fence's rules the node keeps: switching one off must be found. */
export interface Rules {
  readonly onStore: boolean;
  readonly onUse: boolean;
  readonly maximum: boolean;
}

export const ALL_RULES: Rules = { onStore: true, onUse: true, maximum: true };

const keyOf = ({ target, accept }: Ask) => `${accept ?? ""} ${target}`;

/** Seconds a node may keep the answer: RFC 9213's field, since a node reads that first. */
export function lifetimeAtNode({ head, kind }: Served): number {
  const seconds = /(?:^|,\s*)max-age=(\d+)/.exec(head.get("cdn-cache-control") ?? "")?.[1];
  return kind === "bytes" ? Number(seconds ?? 0) : 0;
}

/** The memory node of @freshet/cdn; it knows no lifetimes, so what expired is removed by a tag of its own. */
export function createMemoryEdge(schedule: Schedule, ask: (ask: Ask) => Promise<Served>): Edge {
  const answers: { readonly served: Served; readonly expires: number }[] = [];
  const asks = new Map<string, Ask>();
  const ownTag = (path: string) => `u-${hash("sha256", path).slice(0, 16)}`;
  const { driver, get, restart } = createMemoryNode({
    inner: async ({ path }) => {
      const served = await ask(asks.get(path) as Ask);
      const seconds = lifetimeAtNode(served);
      answers.push({ served, expires: served.madeAt + seconds * 1_000 });
      return {
        status: served.kind === "bytes" ? 200 : 404,
        body: String(answers.length - 1),
        stamp: seconds > 0 ? served.stamp : undefined,
        tags: [...served.tags, ownTag(path)],
      };
    },
  });
  const signal = new AbortController().signal;
  return {
    async get(ask) {
      const path = keyOf(ask);
      asks.set(path, ask);
      for (;;) {
        const { body, cache } = await get({ path, host: undefined, accept: undefined });
        const { served, expires } = answers[Number(body)] as (typeof answers)[number];
        if (cache !== "hit" || schedule.now < expires) return { served, isHit: cache === "hit" };
        await driver.purgeTags?.({ sequence: 0, project: "", tags: [ownTag(path)] }, signal);
      }
    },
    purge: async (sequence, tags) => driver.purgeTags?.({ sequence, project: "demo", tags }, signal),
    join: async (head) => (await driver.join?.(head, signal))?.was ?? "known",
    restart,
  };
}

interface Kept {
  readonly served: Served;
  readonly stamp: number;
  readonly expires: number;
  /** Whether a purge would find it. */
  isIndexed: boolean;
  /** Compared once more after a purge would have found it: from then on purges are enough. */
  isSettled: boolean;
}

/**
 * A node in the manner of the shipped VCL, with its gaps: an answer is compared, stored, and only later found by purges; a purge
 * raises its numbers first and removes afterwards; a project's tag is a floor; requests join young fills.
 */
export function createSteppedEdge(
  schedule: Schedule,
  ask: (ask: Ask) => Promise<Served>,
  rules: Rules,
): Edge {
  const empty = () => ({
    base: undefined as number | undefined,
    newest: 0,
    numbers: new Map<string, number>(),
    objects: new Map<string, Kept>(),
    fills: new Map<string, { readonly begun: number; readonly done: Promise<unknown> }>(),
  });
  let node = empty();

  const isYoung = (stamp: number, tags: readonly string[], isSettled: boolean) =>
    node.base !== undefined &&
    stamp >= node.base &&
    tags.every(
      (tag) => (isSettled && !tag.startsWith("t-")) || stamp >= (node.numbers.get(tag.slice(0, 18)) ?? 0),
    );

  const store = (key: string, served: Served): void => {
    const { stamp, tags } = served;
    const seconds = lifetimeAtNode(served);
    if (seconds <= 0 || stamp === undefined || (rules.onStore && !isYoung(stamp, tags, false))) return;
    const kept: Kept = {
      served,
      stamp,
      expires: served.madeAt + seconds * 1_000,
      isIndexed: false,
      isSettled: false,
    };
    node.objects.set(key, kept);
    const life = node;
    void schedule.turn("node finds what it stored").then(() => {
      if (node !== life) return;
      kept.isIndexed = true;
      kept.isSettled = isYoung(stamp, tags, false);
    });
  };
  const fill = async (asked: Ask): Promise<Served> => {
    const life = node;
    const served = await ask(asked);
    if (node === life) store(keyOf(asked), served);
    return served;
  };
  return {
    async get(asked) {
      const key = keyOf(asked);
      for (let isAlone = false; ; isAlone = true) {
        if (node.base === undefined) return { served: await ask(asked), isHit: false };
        const kept = node.objects.get(key);
        const isGood =
          kept &&
          schedule.now < kept.expires &&
          (!rules.onUse || isYoung(kept.stamp, kept.served.tags, kept.isSettled));
        if (isGood) return { served: kept.served, isHit: true };
        node.objects.delete(key);
        const running = node.fills.get(key);
        if (isAlone || kept || !running || running.begun < node.newest) {
          const { fills, newest: begun } = node;
          const done = fill(asked);
          const mine = { begun, done };
          fills.set(key, mine);
          const served = await done;
          if (fills.get(key) === mine) fills.delete(key);
          return { served, isHit: false };
        }
        await running.done;
      }
    },
    async purge(sequence, tags) {
      for (const tag of tags) {
        const before = rules.maximum ? (node.numbers.get(tag) ?? 0) : 0;
        node.numbers.set(tag, Math.max(sequence, before));
      }
      node.newest = Math.max(node.newest, sequence);
      await schedule.turn("node removes what a purge named");
      const gone = new Set(tags.filter((tag) => !tag.startsWith("t-")));
      for (const [key, { served, isIndexed }] of node.objects) {
        if (isIndexed && served.tags.some((tag) => gone.has(tag))) node.objects.delete(key);
      }
    },
    async join(head) {
      if (node.base !== undefined) return "known";
      node.base = head;
      return "joined";
    },
    restart() {
      node = empty();
    },
  };
}
