import type { Calls, Wish } from "../api/calls.ts";
import { settle } from "../api/settle.ts";
import type { EventLine } from "../api/shapes.ts";
import { count } from "../shared/texts.ts";

/** Asks for it and waits until it is so; resolves to what is to be said about it. */
export async function wishFor(
  calls: Pick<Calls, "ask" | "events">,
  wish: Wish,
  assets: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const asked = await calls.ask(wish, assets);
  return outcome(await settle(calls, asked, signal), asked.length);
}

/** What became of so many events. */
export function outcome(ended: readonly EventLine[], asked: number): string {
  const late = asked - ended.length;
  const waiting = late === 0 ? "" : " The event log says when the rest is done.";
  const failed = ended.filter(({ state }) => state === "failed");
  if (failed.length > 0)
    return `${count(failed.length, "asset")} failed: ${failed[0]?.reason ?? "no reason is known."}${waiting}`;
  if (ended.length === 1 && late === 0) return ended[0]?.reason ?? "Done.";
  if (ended.length === 0) return "It is under way; the event log says when it is done.";
  const done = ended.filter(({ state }) => state === "done").length;
  const idle = ended.length - done;
  const parts = [
    ...(done > 0 ? [`${count(done, "asset")} done`] : []),
    ...(idle > 0 ? [`nothing to do for ${count(idle, "asset")}`] : []),
  ];
  return `${parts.join(", ")}.${waiting}`;
}
