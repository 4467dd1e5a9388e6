import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient, type InvalidationEntry } from "@freshet/core";
import { wholeLog } from "../../support/whole-log.ts";
import { API_KEY, type Fleet } from "../fleet.ts";
import type { Sent } from "./callers.ts";

/**
 * Compares the whole log with what was acknowledged: each is there once, under a number of its own, and Done. In words. What a restored
 * store holds as it was before its end is carried out again, and has `patienceMs` for it.
 */
export async function faultsOfLog(
  fleet: Fleet,
  sent: readonly Sent[],
  patienceMs: number,
): Promise<readonly string[]> {
  const log = await endedLog(fleet, patienceMs);
  const kept = new Set<string>();
  const known = new Set(log.map(({ uuid }) => uuid));
  for (const { uuid, ended, mayBeGone } of sent)
    if ((await ended) === "done" && (known.has(uuid) || !mayBeGone())) kept.add(uuid);
  const faults: string[] = [];
  const numbers = new Set<number>();
  for (const { uuid, sequence, status, cause } of log) {
    if (numbers.has(sequence)) faults.push(`number ${sequence} was given twice`);
    numbers.add(sequence);
    if (cause.kind !== "api") continue;
    if (!kept.delete(uuid)) faults.push(`${uuid} is in the log twice, or nobody was told of it`);
    if (status !== "DONE") faults.push(`${uuid} is ${status} in the log`);
  }
  return [...faults, ...[...kept].map((uuid) => `${uuid} was Done and is in the log no more`)];
}

async function endedLog(fleet: Fleet, patienceMs: number): Promise<readonly InvalidationEntry[]> {
  const client = createInvalidationClient({ endpoint: fleet.apis[0] ?? "", apiKey: API_KEY });
  for (const until = performance.now() + patienceMs; ; await sleep(500)) {
    const log = await wholeLog(client);
    if (log.every(({ status }) => status === "DONE") || performance.now() > until) return log;
  }
}
