import { type AssetChange, buildDeliveryUrl } from "@freshet/core";

/** What browsers of three generations take. */
const ACCEPTS = ["image/avif,image/webp,*/*;q=0.8", "image/webp,*/*;q=0.8", "*/*"];
const AT_ONCE = 4;
const TIMEOUT_MS = 20_000;
const MOST_URLS = 300;

/**
 * Asks for pictures before visitors do: each original that can be seen now, under each query, as browsers of three generations
 * ask for it. Best effort: what does not answer is left to the visitors. Resolves to how many answered.
 */
export async function warmUp(
  endpoint: string,
  changes: readonly AssetChange[],
  queries: readonly string[],
): Promise<number> {
  const urls = changes
    .filter(({ kind }) => kind === "replaced" || kind === "served")
    .flatMap(({ original, version }) => {
      // A stable id has one address; a file's is asked for as pages name it.
      const isStable = original.startsWith("ctf:");
      const plain = buildDeliveryUrl(endpoint, original);
      const vh = isStable || version === undefined ? "" : `&vh=${version}`;
      return queries.map((query) => `${plain}?${query}${vh}`);
    })
    .slice(0, MOST_URLS)
    .flatMap((url) => ACCEPTS.map((accept) => ({ url, accept })));
  let warm = 0;
  const queue = urls.values();
  const ask = async () => {
    for (const { url, accept } of queue) {
      const response = await fetch(url, {
        headers: { accept },
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch(() => undefined);
      await response?.arrayBuffer().catch(() => undefined);
      if (response?.status === 200) warm += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return warm;
}
