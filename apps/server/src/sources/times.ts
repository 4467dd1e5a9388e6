import { AsyncLocalStorage } from "node:async_hooks";

/** Parts of one fetch in milliseconds. What a kept connection spares is absent; of several connections they add up. */
export interface FetchTimes {
  dns?: number;
  /** Without the look-up, with TLS. */
  connect?: number;
  /** From the request, connecting included, to the head of the answer. */
  firstByte?: number;
}

const running = new AsyncLocalStorage<FetchTimes>();

/** Runs a fetch and gathers what its connections tell of their times. */
export async function timed<Result>(
  fetch: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly times: FetchTimes }> {
  const times: FetchTimes = {};
  const result = await running.run(times, fetch);
  return { result, times };
}

/** Adds to a part of the fetch that this is done for, if it is done for one. */
export function took(part: keyof FetchTimes, milliseconds: number): void {
  const times = running.getStore();
  if (times) times[part] = (times[part] ?? 0) + Math.max(0, milliseconds);
}

/** What the fetch that this is done for has spent on a part so far. */
export const spentOn = (part: keyof FetchTimes): number => running.getStore()?.[part] ?? 0;
