import { freshShare, nines } from "./nines.ts";

/** One answer, and what it was held to. */
export interface Reading {
  readonly node: string;
  readonly path: string;
  /** When the request began, in milliseconds since the epoch, and how long the answer took. */
  readonly at: number;
  readonly ms: number;
  readonly status: number;
  /** `Freshet-Stamp`; undefined where the answer has none. */
  readonly stamp: number | undefined;
  /** As they came: most readings are looked at once and forgotten. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Headers that say where an answer came from. */
const TRACED = ["cache-status", "age", "etag", "cache-control", "freshet-stamp", "date", "via", "x-cache"];

/** Those of them that an answer has. */
export function tracedHeaders({ headers }: Pick<Reading, "headers">): Readonly<Record<string, string>> {
  return Object.fromEntries(
    TRACED.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, [value].flat().join(", ")]];
    }),
  );
}

/** An answer that began after Done and was older: everything that helps to find out why. */
export interface Miss {
  readonly node: string;
  readonly url: string;
  readonly asked_at: string;
  readonly took_ms: number;
  readonly stamp: number;
  /** The invalidation it is older than, with its stages, targets and evidence as the log has them. */
  readonly older_than: { readonly uuid: string; readonly sequence: number; readonly entry: unknown };
  /** When the observer heard that it was Done. */
  readonly heard_at: string;
  /** Headers that say where an answer came from. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the same node answered when it was asked once more. */
  readonly again: { readonly stamp: number | null; readonly is_fresh: boolean } | null;
}

/** What one node was asked and answered. */
export interface NodeTally {
  reads: number;
  /** Reads that could be held to something and have a stamp. */
  judged: number;
  misses: number;
  /** No answer, an error of the server, or an answer without a stamp: nothing that could be judged. */
  unanswered: number;
}

/** Counts; kept small, because it is asked for at any time. */
export interface Tally {
  readonly nodes: ReadonlyMap<string, NodeTally>;
  readonly invalidations: { done: number; failed: number };
  of(node: string): NodeTally;
  sum(): NodeTally;
}

export function createTally(names: readonly string[]): Tally {
  const empty = (): NodeTally => ({ reads: 0, judged: 0, misses: 0, unanswered: 0 });
  const nodes = new Map(names.map((name) => [name, empty()]));
  return {
    nodes,
    invalidations: { done: 0, failed: 0 },
    of(node) {
      const known = nodes.get(node) ?? empty();
      nodes.set(node, known);
      return known;
    },
    sum() {
      const all = empty();
      for (const each of nodes.values()) {
        all.reads += each.reads;
        all.judged += each.judged;
        all.misses += each.misses;
        all.unanswered += each.unanswered;
      }
      return all;
    },
  };
}

/** What programs are told. */
export function viewTally(tally: Tally, misses: readonly Miss[]): object {
  const { value, isLeast } = nines(tally.sum().judged, tally.sum().misses);
  return {
    ...tally.sum(),
    nines: Math.round(value * 100) / 100,
    nines_at_least: isLeast,
    invalidations: tally.invalidations,
    nodes: Object.fromEntries(tally.nodes),
    // The first ones; the count says how many there are.
    named: misses,
  };
}

/** The same for people. */
export function describeTally(tally: Tally, misses: readonly Miss[]): string {
  const sum = tally.sum();
  const { value, isLeast } = nines(sum.judged, sum.misses);
  const number = (count: number) => count.toLocaleString("en");
  const shown = `${freshShare(sum.judged, sum.misses)} fresh, ${isLeast ? "at least " : ""}${value.toFixed(1)} nines`;
  const { done, failed } = tally.invalidations;
  return [
    `${number(sum.reads)} reads, ${number(sum.judged)} judged, ${number(sum.misses)} older than Done: ${shown}`,
    `${number(done)} invalidations Done, ${number(failed)} ended in error`,
    ...[...tally.nodes].map(
      ([node, each]) =>
        `  ${node}: ${number(each.reads)} reads, ${number(each.judged)} judged, ${number(each.misses)} older, ${number(each.unanswered)} without an answer to judge`,
    ),
    ...misses.map(describeMiss),
  ].join("\n");
}

/** One miss, in lines. */
export function describeMiss({
  node,
  url,
  asked_at,
  took_ms,
  stamp,
  older_than,
  heard_at,
  headers,
  again,
}: Miss): string {
  const lines = [
    `MISS ${node}${url}`,
    `  stamp ${stamp}, older than ${older_than.sequence} (${older_than.uuid}), which was heard to be Done at ${heard_at}`,
    `  asked at ${asked_at}, answered after ${took_ms} ms: ${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join("; ")}`,
    `  asked again: ${again === null ? "no answer" : `stamp ${again.stamp ?? "none"}, ${again.is_fresh ? "fresh" : "still older"}`}`,
    `  trace: ${JSON.stringify(older_than.entry)}`,
  ];
  return lines.join("\n");
}
