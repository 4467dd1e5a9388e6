import { setTimeout as pause } from "node:timers/promises";
import type { InvalidationEntry } from "@freshet/core";
import type { Installation } from "./installation.ts";

/** An invalidation that WordPress caused, once it is Done; times in milliseconds since the epoch. */
export interface Settled {
  readonly entry: InvalidationEntry;
  /** The connector's id of the event that caused it, and how the event came in first. */
  readonly event: string;
  readonly via: "push" | "pull";
  readonly receivedAt: number;
  readonly acceptedAt: number;
  readonly doneAt: number;
}

const PATIENCE_MS = 20_000;

/** The invalidation accepted after `since` whose cause is a WordPress event with this link. Rejects if it does not become Done. */
export async function settled(all: Installation, link: string, since: number): Promise<Settled> {
  for (const end = Date.now() + PATIENCE_MS; ; await pause(20)) {
    const { invalidations } = await all.journal.list({ limit: 100 });
    const entry = invalidations.find(
      (each) =>
        each.cause.kind === "wordpress" && each.cause.link === link && timeOf(each, "RECEIVED") >= since,
    );
    if (entry?.status === "DONE") {
      const event = (await all.connector.events()).find((each) => each.event === entry.cause.id);
      if (event === undefined) throw new Error(`The connector does not know ${entry.cause.id}.`);
      return {
        entry,
        event: event.event,
        via: event.via,
        receivedAt: Date.parse(event.received_at),
        acceptedAt: timeOf(entry, "RECEIVED"),
        doneAt: timeOf(entry, "DONE"),
      };
    }
    if (Date.now() > end || entry?.status.startsWith("ERROR")) {
      const found = JSON.stringify(entry ?? invalidations, null, 1);
      throw new Error(
        `No Done for ${link} but ${found}\n${all.freshet.logs()}\n${all.connector.logs()}\n${await stateOf(all)}`,
      );
    }
  }
}

/** Paths for which the server itself asked for an invalidation, because it found other bytes when it read them again. */
export async function recheckedPaths(all: Installation): Promise<readonly string[]> {
  const { invalidations } = await all.journal.list({ limit: 100 });
  return invalidations.flatMap(({ cause, urls }) => (cause.kind === "recheck" ? (urls.received ?? []) : []));
}

async function stateOf(all: Installation): Promise<string> {
  return JSON.stringify(await all.connector.events(), null, 1);
}

function timeOf(entry: InvalidationEntry, status: "RECEIVED" | "DONE"): number {
  return Date.parse(entry.stages.find((stage) => stage.status === status)?.at ?? "");
}
