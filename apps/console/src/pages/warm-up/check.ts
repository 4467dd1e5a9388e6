import { parseDeliveryUrl, readUrlList, readWarmUpEntry } from "@freshet/core";

/** URLs of one list, as the API takes them. */
export const MOST_URLS = 10_000;
/** Faults and remarks that are told; more help nobody. */
const MOST_TOLD = 20;

/** Something about one entry of a list. */
export interface Told {
  /** From 1. */
  readonly number: number;
  readonly entry: string;
  readonly sentence: string;
}

/** A list as far as it can be judged without asking: signatures and hosts of originals the server looks at. */
export interface Checked {
  readonly entries: readonly string[];
  /** Entries that can be taken, equal ones once. */
  readonly good: number;
  readonly duplicates: number;
  readonly wrong: number;
  readonly faults: readonly Told[];
  /** Taken all the same, but not as they were meant, perhaps. */
  readonly remarks: readonly Told[];
}

/** Reads what was typed, pasted or dropped, and says what is wrong with it. */
export function checkList(text: string, isOwn: (host: string) => boolean): Checked {
  const entries = readUrlList(text);
  const faults: Told[] = [];
  const remarks: Told[] = [];
  const seen = new Set<string>();
  let [wrong, duplicates] = [0, 0];
  for (const [at, entry] of entries.slice(0, MOST_URLS).entries()) {
    const told = (sentence: string): Told => ({ number: at + 1, entry, sentence });
    const read = readWarmUpEntry(entry, { isOwn, isOrigin: () => false });
    const parsed = read.ok ? parseDeliveryUrl(read.target) : undefined;
    if (!read.ok || parsed === undefined) {
      wrong += 1;
      const sentence = read.ok ? "It names no picture." : read.sentence;
      if (faults.length < MOST_TOLD) faults.push(told(sentence));
      continue;
    }
    const key = `${read.host ?? ""} ${read.target}`;
    if (seen.has(key)) duplicates += 1;
    seen.add(key);
    for (const { parameter, expected } of parsed.remarks) {
      if (remarks.length < MOST_TOLD)
        remarks.push(told(`${parameter} is passed over: ${expected} is expected.`));
    }
  }
  return { entries, good: seen.size, duplicates, wrong, faults, remarks };
}

/** Whether pictures of a project are delivered under a host: one it names, one that begins with its name, or the one that this page came from. */
export function ownHosts(project: string, hosts: readonly string[], here: string) {
  return (host: string): boolean => {
    const bare = host.replace(/:\d*$/, "");
    return host === here || hosts.includes(host) || hosts.includes(bare) || bare.split(".", 1)[0] === project;
  };
}
