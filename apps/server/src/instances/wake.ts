import type { Store } from "@freshet/store";

/** Something was committed that other instances wait for: an invalidation, that one was applied, a step of one, or other settings. */
export type Channel = "freshet_journal" | "freshet_applied" | "freshet_progress" | "freshet_projects";

/**
 * Runs `look` every `everyMs`, and at once when another process told the channel. Telling is only haste: what it loses, the next
 * look finds. Answers with the end of it.
 */
export function lookAgain(store: Store, channel: Channel, everyMs: number, look: () => void): () => void {
  const timer = setInterval(look, everyMs);
  timer.unref();
  const deafen = store.listen(channel, look);
  return () => {
    clearInterval(timer);
    deafen();
  };
}

/** Tells other processes; a failure costs them a little time and nothing else. */
export function tell(store: Store, channel: Channel): void {
  store.notify(channel);
}
