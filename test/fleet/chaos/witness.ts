import { setTimeout as sleep } from "node:timers/promises";
import { versionIn } from "../../storm/moving-origin.ts";
import { urlOf } from "../../storm/scopes.ts";

/** Longest wait for one answer: longer than a server is ever frozen. */
const PATIENCE_MS = 15_000;
/** In calm weather each place gives a picture within this time. */
const CALM_MS = 10_000;

/** Reads pictures and compares each answer with what was Done when it was asked for. */
export interface Witness {
  /** From now on nobody may be answered with an older version of these. */
  done(pictures: readonly string[], version: number): void;
  /** Resolves to the version; undefined where there was no answer, or one that says to come back later. */
  read(picture: string, variant: number, place: string): Promise<number | undefined>;
  /** The same where nothing is out of order: no picture is a fault. */
  mustRead(picture: string, variant: number, place: string): Promise<void>;
  readonly answers: number;
  /** Answers that a node gave from its cache. */
  readonly hits: number;
  /** Answers without a picture, by status; "none" where the connection broke or nothing came. */
  readonly refused: ReadonlyMap<string, number>;
  /** Answers that began after Done and were older, in words. */
  readonly stale: readonly string[];
  /** Answers that nobody should get, whatever breaks. */
  readonly wrong: readonly string[];
}

export function createWitness(): Witness {
  const done = new Map<string, number>();
  const refused = new Map<string, number>();
  const stale: string[] = [];
  const wrong: string[] = [];
  let answers = 0;
  let hits = 0;

  const read: Witness["read"] = async (picture, variant, place) => {
    const atLeast = done.get(picture) ?? 0;
    const what = `${picture} variant ${variant} at ${place}`;
    const answer = await fetch(place + urlOf(picture, variant), { signal: AbortSignal.timeout(PATIENCE_MS) })
      .then(async (response) => ({ response, bytes: new Uint8Array(await response.arrayBuffer()) }))
      .catch(() => undefined);
    const status = answer?.response.status;
    if (answer === undefined || status !== 200) {
      const name = String(status ?? "none");
      refused.set(name, (refused.get(name) ?? 0) + 1);
      if (status !== undefined && status < 500) wrong.push(`${what}: ${status}`);
      return undefined;
    }
    const version = await versionIn(answer.bytes);
    const said = answer.response.headers.get("cache-status") ?? "";
    const stamp = answer.response.headers.get("freshet-stamp");
    answers += 1;
    if (/(varnish|nginx); hit/.test(said)) hits += 1;
    if (version < atLeast)
      stale.push(
        `${what}: version ${version} of ${atLeast}, stamp ${stamp}, at ${new Date().toISOString()} (${said})`,
      );
    return version;
  };
  return {
    done(pictures, version) {
      for (const each of pictures) done.set(each, Math.max(version, done.get(each) ?? 0));
    },
    read,
    async mustRead(picture, variant, place) {
      for (const begun = performance.now(); performance.now() - begun < CALM_MS; await sleep(100)) {
        if ((await read(picture, variant, place)) !== undefined) return;
      }
      wrong.push(`${picture} variant ${variant} at ${place}: no picture although nothing is out of order`);
    },
    get answers() {
      return answers;
    },
    get hits() {
      return hits;
    },
    refused,
    stale,
    wrong,
  };
}
