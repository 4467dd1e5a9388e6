import type { Store } from "@freshet/store";

/** Something was committed that other instances wait for: an invalidation, or that one was applied. */
export type Channel = "freshet_journal" | "freshet_applied";

/** What a store may offer beside its queries: telling other processes at once that there is news. */
interface Telling {
  readonly listen?: (channel: string, wake: () => void) => unknown;
  readonly notify?: (channel: string) => unknown;
}

/**
 * Runs `look` every `everyMs`, and at once when another process told the channel. Telling is only haste: what it loses, the next
 * look finds. Resolves to the end of it.
 */
export async function lookAgain(
  store: Store,
  channel: Channel,
  everyMs: number,
  look: () => void,
): Promise<() => Promise<void>> {
  const { listen } = store as Telling;
  const timer = setInterval(look, everyMs);
  timer.unref();
  const ended: unknown = await listen?.call(store, channel, look);
  return async () => {
    clearInterval(timer);
    if (typeof ended === "function") await ended();
  };
}

/** Tells other processes; a failure costs them a little time and nothing else. */
export function tell(store: Store, channel: Channel): void {
  const { notify } = store as Telling;
  Promise.resolve(notify?.call(store, channel)).catch(() => {});
}
