import { createHash } from "node:crypto";
import type { AssetChange, InvalidationRequest } from "@freshet/core";
import type { StateWish } from "./states.ts";

/** The changes an event asks to be invalidated; stored before the first request is sent. */
export interface Plan {
  readonly changes: readonly AssetChange[];
  /** Changes of the event that ask for nothing new. */
  readonly skipped: number;
  /** The adapter's sentence for the event log. */
  readonly reason?: string;
}

/** One call of the invalidation API. */
export interface PlannedRequest {
  readonly idempotencyKey: string;
  readonly request: InvalidationRequest;
}

/** One call of the API of states. */
export type PlannedState = Pick<StateWish, "state" | "urls" | "cause">;

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
  const cause = causeOf(connector, row, changes);
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

/** What of a plan blocks originals or serves them again; the API's entry for that invalidates them as well. */
export function statesOf(
  connector: string,
  row: { readonly event: string },
  { changes }: Plan,
): readonly PlannedState[] {
  const cause = causeOf(connector, row, changes);
  return (["blocked", "served"] as const).flatMap((state) =>
    chunksOf(changes.filter(({ kind }) => kind === state)).map((chunk) => ({
      state,
      urls: chunk.map(({ original }) => original),
      cause,
    })),
  );
}

export const isState = ({ kind }: AssetChange) => kind === "blocked" || kind === "served";

function causeOf(connector: string, row: { readonly event: string }, changes: readonly AssetChange[]) {
  const link = changes.find((change) => change.link !== undefined)?.link;
  return { kind: connector, id: row.event, ...(link !== undefined && { link }) };
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
