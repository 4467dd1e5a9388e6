import type { InvalidationClient, InvalidationEntry } from "@freshet/core";

/** Every entry of the journal that the client may see, newest first. */
export async function wholeLog(
  client: Pick<InvalidationClient, "list">,
): Promise<readonly InvalidationEntry[]> {
  const entries: InvalidationEntry[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.list({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    entries.push(...page.invalidations);
    if (!page.cursor) return entries;
    cursor = page.cursor;
  }
}
