import { setTimeout as sleep } from "node:timers/promises";
import { type Api, pathStep, recordOf, shownOf } from "./api.ts";
import type { Outcome } from "./command.ts";
import { CliError } from "./exits.ts";
import type { Surroundings } from "./surroundings.ts";

/** Between two looks, and between two lines about them. */
const LOOK_MS = 500;
const LINE_MS = 2_000;

type Shown = Readonly<Record<string, unknown>>;

/** The address of a warm-up, for whoever named a project too. */
export const warmUpPath = (id: string, project: string | undefined, more = ""): string =>
  `/warmup/${pathStep(id)}${more}${project === undefined ? "" : `?project=${encodeURIComponent(project)}`}`;

/**
 * Waits until a warm-up has ended and says how far it is. Answers only where every URL is warm.
 * @throws CliError FAILED, TIMED_OUT or INTERRUPTED, with what is known of it.
 */
export async function waitForWarmUp(
  api: Api,
  wanted: { readonly id: string; readonly project: string | undefined; readonly timeoutMs: number },
  io: Surroundings,
  isShown: boolean,
): Promise<Outcome> {
  const { id, project, timeoutMs } = wanted;
  const until = performance.now() + timeoutMs;
  const stopping = new AbortController();
  const forget = io.onInterrupt(() => stopping.abort());
  let seen: Shown = { id };
  let told = { at: Number.NEGATIVE_INFINITY, line: "" };
  try {
    for (;;) {
      seen = recordOf(recordOf((await api.ask("GET", warmUpPath(id, project))).body).warmup);
      if (stopping.signal.aborted) throw interrupted(seen);
      const line = progressOf(seen);
      const isOver = seen.state !== "running";
      const isDue = isOver || performance.now() - told.at >= LINE_MS;
      if (isShown && isDue && line !== told.line) {
        io.err(`${line}\n`);
        told = { at: performance.now(), line };
      }
      if (isOver) return endOf(seen);
      if (performance.now() >= until)
        throw new CliError("TIMED_OUT", `${id} is not done in the time given; it goes on.`, partial(seen));
      await sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => {
        throw interrupted(seen);
      });
    }
  } finally {
    forget();
  }
}

const partial = (warmup: Shown) => ({ partial: { warmup } });
const interrupted = (seen: Shown) =>
  new CliError("INTERRUPTED", `Not waited for any longer; ${shownOf(seen.id)} goes on.`, partial(seen));

/** @throws CliError FAILED where not every URL is warm. */
function endOf(seen: Shown): Outcome {
  const { warm, ...others } = countsOf(seen);
  const left = Object.entries(others).filter(([, count]) => count > 0);
  if (left.length === 0)
    return { text: `${shownOf(seen.id)}: ${warm} URLs are warm.`, json: { warmup: seen } };
  const told = left.map(([name, count]) => `${count} ${name}`).join(", ");
  throw new CliError(
    "FAILED",
    `Not every URL is warm: ${warm} are, ${told}. "freshet warmup show ${shownOf(seen.id)}" says why.`,
    partial(seen),
  );
}

/** URLs by how they ended. */
export function countsOf({ urls }: Shown): Readonly<Record<string, number>> & { readonly warm: number } {
  const counts = Object.entries(recordOf(urls)).filter(
    (each): each is [string, number] => typeof each[1] === "number",
  );
  return { warm: 0, ...Object.fromEntries(counts) };
}

/** How far it is, as a line. */
export function progressOf(seen: Shown): string {
  const counts = countsOf(seen);
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const ended = all - (counts.waiting ?? 0);
  const rate = typeof seen.rate === "number" && seen.rate > 0 ? `, ${seen.rate} a second` : "";
  const left =
    typeof seen.seconds_left === "number" && seen.state === "running" ? `, ${seen.seconds_left} s left` : "";
  return `${ended} of ${all} URLs${rate}${left}`;
}
