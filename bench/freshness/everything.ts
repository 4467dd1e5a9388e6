import { setTimeout as sleep } from "node:timers/promises";
import type { Options } from "../options.ts";
import { fill, startAnswers } from "./answers.ts";
import { ask, isHit, timed } from "./ask.ts";
import { join0, purgeOf, startNginxEdge, startVarnishEdge, tag } from "./edges.ts";
import { insertNotes, NOTES, notesPort } from "./notes.ts";
import { watched } from "./watched.ts";

/** Objects of the project that is invalidated as a whole. */
const OBJECTS = 100_000;
const WATCH_MS = 150;

/** A node that forgets a whole project: per round how long the purge took, and a reader's largest delay. */
export interface Forgetting {
  readonly name: string;
  readonly purges: number[];
  readonly delays: number[];
  /** The same reader over as long a time without a purge. */
  readonly quiet: number[];
}

/** `all` on a node that holds 100,000 objects, while somebody reads another project's hits from it. */
export async function compareEverything(
  options: Options,
  progress: (text: string) => void,
): Promise<readonly Forgetting[]> {
  const answers = await startAnswers();
  const port = await notesPort();
  const varnish = await startVarnishEdge({ backendPort: answers.port, memory: "1g" });
  const nginx = await startNginxEdge({ backendPort: answers.port, changes: NOTES(port), objects: "128m" });
  try {
    const [project, other] = [tag("t", 1), tag("t", 2)];
    for (const { url } of [varnish, nginx]) await join0(url);
    progress(`everything: ${OBJECTS} objects into Varnish`);
    const covered = answers.path([tag("o", 1), project], 0, "all-");
    await fill(varnish.url, covered, OBJECTS);
    await insertNotes(port, OBJECTS, [tag("o", 1), project]);
    const read = answers.path([tag("o", 2), other], 0, "read");
    const nodes = [
      { name: "Varnish", url: varnish.url },
      { name: "nginx", url: nginx.url },
    ].map((node) => ({
      ...node,
      found: { name: node.name, purges: [], delays: [], quiet: [] } as Forgetting,
    }));
    for (const { url } of nodes) await fill(url, `${read}-`, 1);

    let sequence = 0;
    for (let round = 0; round < options.rounds * 3; round += 1) {
      if (round % 3 === 0) progress(`everything: round ${round / 3 + 1} of ${options.rounds}`);
      for (const { url, found } of nodes) {
        found.quiet.push(await watched(`${url}${read}-0`, () => sleep(WATCH_MS)));
        sequence += 1;
        const headers = purgeOf(sequence, project);
        const delay = await watched(`${url}${read}-0`, async () => {
          await sleep(WATCH_MS / 3);
          found.purges.push(await timed(`${url}/`, { method: "PURGE", headers }));
          // Objects of the purged project are refused as they are asked for.
          for (let at = 0; at < 20; at += 1) {
            const answer = await ask(`${url}${covered}${round * 20 + at}`);
            if (isHit(answer)) throw new Error(`${found.name} still gives what was purged.`);
          }
          await sleep(WATCH_MS / 3);
        });
        found.delays.push(delay);
      }
    }
    return nodes.map(({ found }) => found);
  } finally {
    await Promise.all([varnish.stop(), nginx.stop()]);
    await answers.stop();
  }
}
