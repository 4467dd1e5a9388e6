import type { ImageFacts } from "@freshet/core/resize";
import type { Patience } from "../cache/patience.ts";
import type { Cutout } from "../cutouts/cutout.ts";
import type { Cutouts } from "../cutouts/cutouts.ts";
import type { DeliveryRequest } from "./request.ts";

/** Seconds that anybody keeps a picture whose background is still to be removed. */
export const UNCUT_LIFE = { cdn: 5, browser: 5 } as const;

/**
 * What of a removal that a URL asks for goes into one answer. Looked at once: what becomes ready while the answer is made is the next one's.
 * Without either the picture stays as it is.
 */
export interface Removal {
  /** Digest of what the subject is cut out along. */
  readonly mask?: string | undefined;
  /** It is still to be made. */
  readonly awaits?: Cutout | undefined;
}

/** Undefined where the URL asks for none. Whoever has patience waits until it is made. */
export async function removalOf(
  { url }: Pick<DeliveryRequest, "url">,
  { digest, facts }: { readonly digest: string; readonly facts: ImageFacts },
  cutouts: Pick<Cutouts, "of"> | undefined,
  patience: Patience | undefined,
): Promise<Removal | undefined> {
  if (url.transformation.cutout?.bg_remove !== true) return undefined;
  // Which page of a document a mask would be of, nothing says: it stays as it is.
  if (facts.format === "pdf") return {};
  const cutout = await cutouts?.of(digest, facts);
  if (cutout && patience) await untilOver(cutout, patience.signal);
  const { state = "none", mask } = cutout ?? {};
  return state === "waiting" || state === "lost" ? { awaits: cutout } : { mask };
}

/** Whether the picture stays as it is although its background was to be removed. */
export const isLeft = (removal: Removal | undefined): boolean =>
  removal !== undefined && removal.mask === undefined && removal.awaits === undefined;

async function untilOver({ over }: Cutout, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  await Promise.race([over, promise]).finally(() => signal.removeEventListener("abort", stop));
}
