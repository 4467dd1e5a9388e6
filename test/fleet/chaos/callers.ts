import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient, isInvalidationError, type ReportedInvalidation } from "@freshet/core";
import type { Change as AnyChange } from "../../storm/scopes.ts";
import { API_KEY, type Fleet } from "../fleet.ts";
import type { Weather } from "./weather.ts";
import type { Witness } from "./witness.ts";

/** A server that stands still is given up after this time. */
const PATIENCE_MS = 5_000;
const PAUSE_MS = { first: 20, most: 200 };

/**
 * How an invalidation ended. "gone" is in no journal any more, because the store was restored from a backup of before; "open" is
 * followed no longer.
 */
export type End = "done" | "gone" | "lost" | "open";

/** One invalidation that was acknowledged. */
export interface Sent {
  readonly uuid: string;
  readonly covers: readonly string[];
  /** What its pictures show since before it was sent. */
  readonly version: number;
  /** Whether a restoration of the store may have taken it out of the journal, even after it was Done. */
  readonly mayBeGone: () => boolean;
  readonly ended: Promise<End>;
  /** Resolves with the log's sentence when it first ends in ERROR_CDN_NODE. */
  readonly failed: Promise<string>;
  /** What its log said last; of one that has ended, that. */
  readonly said: () => string;
}

/** An invalidation, and the pictures that it covers. */
export type Change = Pick<AnyChange, "request" | "covers">;

/** Send invalidations as a connector does: repeated under one key until they are acknowledged, then followed to their end. */
export interface Callers {
  /** Changes the pictures and invalidates them. `first` is the server that is asked first, any unless told. */
  invalidate(change: Change, first?: number): Promise<Sent>;
  readonly sent: readonly Sent[];
  /** The version that each picture shows. */
  readonly published: ReadonlyMap<string, number>;
  /** Nothing is followed any more. */
  stop(): void;
  /** What has not ended within this time, in words. */
  settle(ms: number): Promise<readonly string[]>;
  /** Acknowledged and in no log, though no backup was put back. */
  readonly lost: readonly string[];
  /** Ends that nothing excuses. */
  readonly wrong: readonly string[];
  readonly gone: number;
  /** Those that ended in ERROR_CDN_NODE and were sent again. */
  readonly retried: number;
  /** Requests that were sent again under their key. */
  readonly repeated: number;
}

export function createCallers(parts: {
  readonly fleet: Fleet;
  readonly witness: Witness;
  readonly weather: Weather;
  readonly random: () => number;
  /** Distinguishes keys of this run. */
  readonly name: string;
}): Callers {
  const { fleet, witness, weather, random } = parts;
  const clients = fleet.apis.map((endpoint) =>
    createInvalidationClient({ endpoint, apiKey: API_KEY, timeoutMs: PATIENCE_MS }),
  );
  const sent: Sent[] = [];
  const open = new Map<string, string>();
  const published = new Map<string, number>();
  const lost: string[] = [];
  const wrong: string[] = [];
  let gone = 0;
  let retried = 0;
  let repeated = 0;
  let number = 0;
  let isStopped = false;

  const anyClient = () => {
    const up = clients.filter((_, place) => !weather.away.has(place));
    return up[Math.floor(random() * up.length)] ?? clients[0];
  };
  const send = async (change: Change, first: number | undefined) => {
    number += 1;
    const idempotencyKey = `${parts.name}-${number}`;
    for (let client = first === undefined ? anyClient() : clients[first]; ; client = anyClient()) {
      if (isStopped) throw new Error("The callers were stopped.");
      const asked = performance.now();
      try {
        const { invalidation } = (await client?.invalidate(change.request, { idempotencyKey })) ?? {};
        if (invalidation) return { uuid: invalidation.uuid, asked, accepted: performance.now() };
      } catch (fault) {
        if (!isInvalidationError(fault) || !fault.isPassing) throw fault;
        repeated += 1;
        await sleep(PAUSE_MS.first);
      }
    }
  };
  /** Asks whoever is there until somebody knows. */
  const stateOf = async (uuid: string): Promise<ReportedInvalidation | "unknown" | undefined> =>
    anyClient()
      ?.status(uuid)
      .catch((fault: unknown) => {
        if (isInvalidationError(fault) && fault.code === "INVALIDATION_UNKNOWN") return "unknown" as const;
        return undefined;
      });
  const retry = async (uuid: string): Promise<void> => {
    retried += 1;
    // Whatever it answers: the log says how it stands.
    await anyClient()
      ?.retry(uuid)
      .catch(() => {});
  };

  const follow = async (
    uuid: string,
    moment: { readonly asked: number; readonly accepted: number },
    failed: (sentence: string) => void,
  ): Promise<End> => {
    for (let pause = PAUSE_MS.first; !isStopped; pause = Math.min(PAUSE_MS.most, pause * 1.3)) {
      const entry = await stateOf(uuid);
      if (entry === "unknown") {
        if (weather.mayBeGone(moment)) {
          gone += 1;
          return "gone";
        }
        lost.push(`${uuid} was acknowledged and is in no log`);
        return "lost";
      }
      if (entry !== undefined) open.set(uuid, `${uuid} ${entry.status}: ${JSON.stringify(entry)}`);
      if (entry?.status === "DONE") return "done";
      if (entry?.status === "ERROR") {
        wrong.push(`${uuid}: ${entry.error}`);
        return "lost";
      }
      if (entry?.status === "ERROR_CDN_NODE") {
        const sentence = entry.error ?? "";
        failed(sentence);
        const named = [...weather.ended].filter((node) => sentence.includes(node));
        if (named.length === 0 || /older than/.test(sentence)) wrong.push(`${uuid}: ${sentence}`);
        if (!named.some((node) => weather.down.has(node))) await retry(uuid);
      }
      await sleep(pause);
    }
    return "open";
  };

  return {
    async invalidate(change, first) {
      const version = await fleet.origin.change(change.covers.map((each) => `/media/${each}`));
      for (const each of change.covers) published.set(each, Math.max(version, published.get(each) ?? 0));
      const { uuid, ...moment } = await send(change, first);
      const failed = Promise.withResolvers<string>();
      let end: End = "open";
      open.set(uuid, `${uuid} is not known yet`);
      const ended = follow(uuid, moment, failed.resolve).then((how) => {
        open.delete(uuid);
        end = how;
        if (how === "done") witness.done(change.covers, version);
        return how;
      });
      const mayBeGone = () => weather.mayBeGone(moment);
      const said = () => open.get(uuid) ?? `${uuid} has ended: ${end}`;
      const one = { uuid, covers: change.covers, version, mayBeGone, ended, failed: failed.promise, said };
      sent.push(one);
      return one;
    },
    sent,
    published,
    stop() {
      isStopped = true;
    },
    async settle(ms) {
      for (const begun = performance.now(); open.size > 0 && performance.now() - begun < ms; )
        await sleep(20);
      return [...open.values()];
    },
    lost,
    wrong,
    get gone() {
      return gone;
    },
    get retried() {
      return retried;
    },
    get repeated() {
      return repeated;
    },
  };
}
