import { isVideoPath } from "@freshet/core";
import type { ImageFacts } from "@freshet/core/resize";
import type { How, Originals } from "../cache/originals.ts";
import type { VersionTrust } from "../cache/succession.ts";
import { ServerError } from "../errors.ts";
import type { Standing } from "../instances/admission.ts";
import type { Original } from "../projects/originals.ts";
import type { Container } from "../video/sniff.ts";

/** What all sources of an answer are now, taken together. */
export interface Sources {
  /** The number under which the oldest of them was found uncovered: the answer is no younger than that. */
  readonly stamp: number;
  readonly trust: VersionTrust;
  /** One of them became covered while it was waited for. */
  readonly covered: boolean;
  /** Seconds that are left now of the doubt about one of them; undefined without doubt. Rendering may have taken longer than that. */
  secondsOfDoubt(): number | undefined;
  /** When the one expired that answers though it did, in milliseconds since the epoch; of several the first. Undefined where none has. */
  readonly expired: number | undefined;
  /** Digest of each, the original's first. */
  readonly digests: readonly [string, ...string[]];
  /** What the original is; undefined for what is no picture. */
  readonly facts: ImageFacts | undefined;
  /** What its origin calls it. */
  readonly mediaType: string | undefined;
  /** What holds it, where it is a video. */
  readonly video?: Container | undefined;
  /** Bytes of the original. */
  readonly size: number;
  /** What each further source is. */
  readonly furtherFacts: readonly ImageFacts[];
  /** A picture that stands for the original, a video, under the first digest. */
  readonly poster?: { readonly bytes: () => Promise<Uint8Array | undefined> };
}

/**
 * Looks every source up, at the same time. Only of the original a version can be given.
 * @throws ServerError for a source that cannot be had, or a further one that is no picture.
 */
export async function currentOfAll(
  originals: Originals,
  sources: readonly [Original, ...Original[]],
  version: string | undefined,
  standing: Standing,
  how: How,
): Promise<Sources> {
  const [original, ...further] = sources;
  const found = await Promise.all([
    originals.current(original, version, standing, how),
    ...further.map((source) =>
      originals.current(source, undefined, standing, { ...how, wanted: "renderable" }),
    ),
  ]);
  const [first] = found;
  const outcomes = found.map(({ record: { outcome } }) => {
    if (outcome.kind === "error") throw new ServerError(outcome.code);
    return outcome;
  });
  const [bytes, ...others] = outcomes;
  if (!bytes) throw new ServerError("IMAGE_UNREADABLE");
  // Many a name says nothing; a video is one only where its name says so too, so that parameters of videos are never an origin's.
  const video = bytes.video !== undefined && isVideoPath(original.name) ? bytes.video : undefined;
  const furtherFacts = others.map(({ facts }) => {
    if (!facts) throw new ServerError("IMAGE_UNREADABLE", "The watermark cannot be read as an image.");
    return facts;
  });
  const expired = found.flatMap(({ record, staleUntil }) =>
    staleUntil === undefined ? (record.stale?.since ?? []) : record.expires,
  );
  return {
    stamp: Math.min(...found.map(({ stamp }) => stamp)),
    // A version says nothing of what else the answer is made from.
    trust: first.trust === "exact" && others.length > 0 ? "known" : first.trust,
    covered: found.some(({ covered }) => covered),
    secondsOfDoubt() {
      const doubts = found.flatMap(
        ({ record, staleUntil }) => originals.secondsOfDoubt(record, staleUntil) ?? [],
      );
      return doubts.length > 0 ? Math.min(...doubts) : undefined;
    },
    expired: expired.length > 0 ? Math.min(...expired) : undefined,
    digests: [bytes.digest, ...others.map(({ digest }) => digest)],
    facts: bytes.facts,
    mediaType: bytes.mediaType,
    ...(video && { video }),
    size: bytes.size,
    furtherFacts,
  };
}
