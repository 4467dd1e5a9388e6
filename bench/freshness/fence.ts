import { setTimeout as sleep } from "node:timers/promises";
import { usageOf } from "../accounting.ts";
import type { Options } from "../options.ts";
import { onCore } from "../programs.ts";
import { rotated } from "../statistics.ts";
import { fill, hits, startAnswers } from "./answers.ts";
import { ask, isHit, timed } from "./ask.ts";
import { type Changes, type Edge, join0, purgeOf, startNginxEdge, startVarnishEdge, tag } from "./edges.ts";

const OBJECTS = 200;
const BYTES = 15_000;
const OLD_MS = 31_000;
const PURGES = 10_000;
const AT_ONCE = 16;

/** The fence cut out of the shipped VCL: nothing is compared on store, behind the index, on use or on request. */
const VARNISH_WITHOUT: Changes = [
  ["    C{ freshet_on_use(ctx); }C\n", '    set req.http.Freshet-Verdict = "young";\n'],
  ["        C{ freshet_settle(ctx); }C\n", '        set req.http.Freshet-Verdict = "young";\n'],
  ["    C{ freshet_on_request(ctx); }C\n", '    set req.http.Freshet-Verdict = "together";\n'],
  [
    "    C{ freshet_on_store(ctx); }C\n",
    '    set bereq.http.Freshet-Verdict = "young";\n    set beresp.http.Freshet-Fill = "1";\n',
  ],
];

/** The same for nginx: whatever was noted is used, and a worker need not judge again. */
const NGINX_WITHOUT: Changes = [
  ["if object and is_young(object.stamp, object.tags) then", "if object then"],
  ['if now < place.till and place.checked == state:get("changes") then', "if now < place.till then"],
];

/** When hits are served: by the age of the objects, and by what the node has heard before. */
const AFTER_PURGES = "old, after 10,000 purges";
const MOMENTS = ["younger than 30 s", "older than 30 s", AFTER_PURGES] as const;
type Moment = (typeof MOMENTS)[number];
const NODES = ["Varnish", "nginx"] as const;

/** Processor time and rate of hits at one kind of node, a figure per round; the same nodes with and without the fence. */
export interface FenceCost {
  readonly node: (typeof NODES)[number];
  readonly moment: Moment;
  readonly with: { readonly cpuMicroseconds: number[]; readonly perSecond: number[] };
  readonly without: { readonly cpuMicroseconds: number[]; readonly perSecond: number[] };
}

interface Contender {
  readonly node: FenceCost["node"];
  readonly side: "with" | "without";
  readonly edge: Edge;
}

/** Hits of the shipped edges against the same without the fence: on one core, the load on the other. */
export async function compareFences(
  options: Options,
  progress: (text: string) => void,
): Promise<readonly FenceCost[]> {
  const answers = await startAnswers(BYTES);
  const launcher = onCore(0);
  const contenders: Contender[] = [];
  const stop = () => Promise.all([...contenders.map(({ edge }) => edge.stop()), answers.stop()]);
  try {
    const backend = { backendPort: answers.port, launcher };
    for (const [side, changes] of [
      ["with", undefined],
      ["without", VARNISH_WITHOUT],
    ] as const) {
      const edge = await startVarnishEdge({ ...backend, ...(changes && { changes }) });
      contenders.push({ node: "Varnish", side, edge });
    }
    for (const [side, changes] of [
      ["with", undefined],
      ["without", NGINX_WITHOUT],
    ] as const) {
      const edge = await startNginxEdge({ ...backend, ...(changes && { changes }) });
      contenders.push({ node: "nginx", side, edge });
    }
    for (const { edge } of contenders) await join0(edge.url);

    const tags = [tag("o", 1), tag("p", 1), tag("p", 2), tag("p", 3), tag("t", 1)];
    const old = answers.path(tags, 0, "old-");
    for (const { edge } of contenders) {
      await fill(edge.url, old, OBJECTS);
      await hits(edge.url, pathsOf(old), 1);
    }
    const filled = performance.now();
    const costs: FenceCost[] = [];
    for (const moment of MOMENTS) {
      if (moment === "older than 30 s") {
        progress("fence: waiting until the objects are old");
        await sleep(Math.max(0, OLD_MS - (performance.now() - filled)));
      }
      if (moment === AFTER_PURGES) {
        progress(`fence: ${PURGES} purges of other originals`);
        for (const { edge } of contenders) await purgeOthers(edge.url);
      }
      costs.push(...(await measure(moment)));
    }
    async function measure(moment: Moment): Promise<readonly FenceCost[]> {
      const found = NODES.map((node): FenceCost => {
        const none = () => ({ cpuMicroseconds: [], perSecond: [] });
        return { node, moment, with: none(), without: none() };
      });
      for (let round = 0; round < options.rounds; round += 1) {
        progress(`fence: ${moment}, round ${round + 1} of ${options.rounds}`);
        for (const { node, side, edge } of rotated(contenders, round)) {
          const before = moment === "younger than 30 s" ? answers.path(tags, 0, `young-${round}-`) : old;
          if (before !== old) await fill(edge.url, before, OBJECTS);
          const used = usageOf(edge.pid).cpuMs;
          const { requests, perSecond } = await hits(edge.url, pathsOf(before), 1);
          const cost = found.find((each) => each.node === node)?.[side];
          cost?.cpuMicroseconds.push(((usageOf(edge.pid).cpuMs - used) * 1_000) / requests);
          cost?.perSecond.push(perSecond);
          if (!isHit(await ask(`${edge.url}${before}7`)))
            throw new Error(`${node} was not measured on hits.`);
        }
      }
      return found;
    }
    return costs;
  } finally {
    await stop();
  }
}

const pathsOf = (before: string) => Array.from({ length: OBJECTS }, (_, number) => `${before}${number}`);

/** Purges of originals that nobody asked for, each with a number of its own. */
async function purgeOthers(url: string): Promise<void> {
  let sent = 0;
  const sender = async (): Promise<void> => {
    for (let number = sent++; number < PURGES; number = sent++) {
      const headers = purgeOf(number + 1, tag("o", 100 + number));
      await timed(`${url}/`, { method: "PURGE", headers });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}
