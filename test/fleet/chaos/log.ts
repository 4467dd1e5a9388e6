import { createInvalidationClient } from "@freshet/core";
import { wholeLog } from "../../support/whole-log.ts";
import { API_KEY, type Fleet } from "../fleet.ts";
import type { Sent } from "./callers.ts";

/** Compares the whole log with what was acknowledged: each is there once, under a number of its own, and Done. In words. */
export async function faultsOfLog(fleet: Fleet, sent: readonly Sent[]): Promise<readonly string[]> {
  const log = await wholeLog(createInvalidationClient({ endpoint: fleet.apis[0] ?? "", apiKey: API_KEY }));
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
