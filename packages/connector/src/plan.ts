import { createHash } from "node:crypto";
import type { AssetChange, InvalidationRequest } from "@freshet/core";

/** The changes an event asks to be invalidated; stored before the first request is sent. */
export interface Plan {
  readonly changes: readonly AssetChange[];
  /** Changes of the event that ask for nothing new. */
  readonly skipped: number;
}

/** One call of the invalidation API. */
export interface PlannedRequest {
  readonly idempotencyKey: string;
  readonly request: InvalidationRequest;
}

/** What one request may carry: the API takes 1,000 urls and 1 MB; room is left for digests and escapes. */
const MAX_URLS = 1_000;
const MAX_CHARACTERS = 400_000;
const LONGEST_KEY = 200;

/**
 * The requests of a plan; one where it fits. The same event gives the same keys and bodies, so that a repetition is
 * recognised by the server.
 */
export function requestsOf(
  connector: string,
  row: { readonly site: string; readonly event: string },
  { changes }: Plan,
): readonly PlannedRequest[] {
  const link = changes.find((change) => change.link !== undefined)?.link;
  const cause = { kind: connector, id: row.event, ...(link !== undefined && { link }) };
  return chunksOf(changes).map((chunk, index) => {
    const digests = Object.fromEntries(
      chunk.flatMap(({ original, digest }) => (digest === undefined ? [] : [[original, digest]])),
    );
    return {
      idempotencyKey: keyOf(`${connector}:${row.site}:${row.event}${index === 0 ? "" : `:${index + 1}`}`),
      request: {
        scope: "original",
        urls: chunk.map((change) => change.original),
        cause,
        ...(Object.keys(digests).length > 0 && { digests }),
      },
    };
  });
}

function chunksOf(changes: readonly AssetChange[]): readonly (readonly AssetChange[])[] {
  const chunks: AssetChange[][] = [];
  let room = 0;
  for (const change of changes) {
    // An original with a digest stands twice in the body.
    const size = change.original.length * 2 + 80;
    const last = chunks.at(-1);
    if (last === undefined || last.length === MAX_URLS || size > room) {
      chunks.push([change]);
      room = MAX_CHARACTERS - size;
    } else {
      last.push(change);
      room -= size;
    }
  }
  return chunks;
}

/** Long keys and keys with characters that no header carries are replaced by their hash. */
function keyOf(text: string): string {
  if (text.length <= LONGEST_KEY && /^[\x21-\x7e]+$/.test(text)) return text;
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
