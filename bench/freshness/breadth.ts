import type { Options } from "../options.ts";
import { median, rotated } from "../statistics.ts";
import { fill, startAnswers } from "./answers.ts";
import { timed } from "./ask.ts";
import { type Edge, join0, purgeOf, startNginxEdge, startVarnishEdge, tag } from "./edges.ts";
import { createInstance } from "./instance.ts";
import { insertNotes, NOTES, notesPort } from "./notes.ts";

/** How much one invalidation covers. Where objects must be made by requests, the last is left out. */
const SIZES = [10, 1_000, 100_000, 1_000_000] as const;
const MOST_OBJECTS = 100_000;
const PURGES = 200;

/** What invalidations of one breadth cost, a figure per round. */
export interface Breadth {
  readonly covers: number;
  /** Microseconds in which an instance applies an invalidation, and milliseconds until nginx and Varnish have taken it. */
  readonly instance: number[];
  readonly nginx: number[];
  readonly varnish: number[];
  readonly bare: number[];
}

/** What an invalidation costs at each kind of target, and whether that grows with what it covers. */
export async function compareBreadths(
  options: Options,
  progress: (text: string) => void,
): Promise<readonly Breadth[]> {
  const breadths = SIZES.map(
    (covers): Breadth => ({ covers, instance: [], nginx: [], varnish: [], bare: [] }),
  );
  measureInstances(breadths, options, progress);
  await measureNginx(breadths, options, progress);
  await measureVarnish(breadths, options, progress);
  return breadths;
}

function measureInstances(
  breadths: readonly Breadth[],
  { rounds }: Options,
  progress: (text: string) => void,
): void {
  progress("breadth: inserting records");
  const all = breadths.map((breadth) => ({ breadth, instance: createInstance(breadth.covers) }));
  for (let round = 0; round < rounds + 1; round += 1) {
    for (const { breadth, instance } of rotated(all, round)) {
      const took = Array.from({ length: PURGES }, () => instance.invalidate());
      // The first round compiles.
      if (round > 0) breadth.instance.push(median(took));
    }
  }
}

/** One node per size, all at once, so that a slow moment of the machine hits each. */
async function measureNginx(
  breadths: readonly Breadth[],
  { rounds }: Options,
  progress: (text: string) => void,
): Promise<void> {
  const answers = await startAnswers();
  const nodes: { readonly edge: Edge; readonly breadth: Breadth }[] = [];
  try {
    for (const breadth of breadths) {
      progress(`breadth: inserting ${breadth.covers} notes into nginx`);
      const port = await notesPort();
      const changes = NOTES(port);
      const edge = await startNginxEdge({ backendPort: answers.port, changes, objects: "600m" });
      nodes.push({ edge, breadth });
      await join0(edge.url);
      await insertNotes(port, breadth.covers, [tag("o", 1), tag("p", 1), tag("t", 1)]);
    }
    let sequence = 0;
    for (let round = 0; round < rounds + 1; round += 1) {
      for (const { edge, breadth } of rotated(nodes, round)) {
        const took: number[] = [];
        for (let at = 0; at < PURGES; at += 1) {
          sequence += 1;
          const headers = purgeOf(sequence, tag(at % 2 === 0 ? "o" : "p", 1));
          took.push(await timed(`${edge.url}/`, { method: "PURGE", headers }));
        }
        if (round > 0) breadth.nginx.push(median(took));
      }
    }
  } finally {
    for (const { edge } of nodes) await edge.stop();
    await answers.stop();
  }
}

/** The same node and as many objects for the bare purge and the shipped one, in turns. Objects are gone then and made anew. */
async function measureVarnish(
  breadths: readonly Breadth[],
  { rounds, quick }: Options,
  progress: (text: string) => void,
): Promise<void> {
  const answers = await startAnswers();
  const edge = await startVarnishEdge({ backendPort: answers.port, memory: "1g" });
  try {
    await join0(edge.url);
    let sequence = 0;
    for (const breadth of breadths.filter(({ covers }) => covers <= MOST_OBJECTS)) {
      const { covers, bare, varnish } = breadth;
      const times = covers < MOST_OBJECTS ? rounds * 6 : quick ? 2 : rounds;
      for (let time = 0; time < times; time += 1) {
        if (time % 6 === 0) progress(`breadth: Varnish, ${covers} objects, ${time + 1} of ${times}`);
        for (const method of rotated(["BARE", "PURGE"], time)) {
          const original = tag("o", covers + time);
          const before = answers.path([original, tag("t", 1)], sequence, `${covers}-${time}-${method}-`);
          await fill(edge.url, before, covers);
          sequence += 1;
          const took = await timed(`${edge.url}/`, { method, headers: purgeOf(sequence, original) });
          (method === "BARE" ? bare : varnish).push(took);
        }
      }
    }
  } finally {
    await edge.stop();
    await answers.stop();
  }
}
