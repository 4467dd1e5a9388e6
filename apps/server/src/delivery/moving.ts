import { namesType } from "@freshet/core";
import type { Originals } from "../cache/originals.ts";
import { ServerError } from "../errors.ts";
import { type Container, VIDEO_TYPES } from "../video/sniff.ts";
import { isFinished, type Original, type Progress, type Videos } from "../video/videos.ts";
import { type ClipFormat, wishOf } from "../video/wish.ts";
import { etagOf, type Film, keyOf, type Wish } from "./choice.ts";
import { isNotModified } from "./conditional.ts";
import type { Delivered } from "./deliver.ts";
import { type FileBody, MOST_HELD } from "./file-body.ts";
import type { DeliveryRequest } from "./request.ts";
import type { Sources } from "./sources.ts";

/** What a request for a video leads to. */
export type Seen =
  /** A picture of it, which is delivered like any other. */
  | { readonly kind: "picture"; readonly sources: Sources }
  | {
      readonly kind: "film";
      readonly film: Film;
      readonly bytes: Uint8Array;
      /** In place of bytes that are many. */
      readonly file?: FileBody;
      readonly from: Delivered["from"];
      /** Parameters that only pictures follow. */
      readonly ignored: readonly string[];
    }
  | { readonly kind: "working"; readonly progress: Progress }
  /** The bytes of the original were evicted. */
  | { readonly kind: "gone" };

const NOTHING = new Uint8Array(0);

/**
 * What is made of an original that is a video.
 * @throws RenderError, ServerError VIDEO_UNSUPPORTED, SERVER_BUSY, and what the turn refuses.
 */
export async function seeVideo(
  { originals, videos }: { readonly originals: Originals; readonly videos: Videos | undefined },
  request: DeliveryRequest,
  found: Sources,
  { accept, ifNoneMatch, turn, patience }: Wish,
): Promise<Seen> {
  const [digest, ...others] = found.digests;
  const container = found.video as Container;
  const wanted = wishOf(request.url.transformation);
  const asking = { turn, patience };
  if (wanted.kind === "original") {
    const film = filmOf(keyOf("original", digest), container, false);
    const common = { kind: "film", film, from: "original", ignored: [] } as const;
    if (isHeld(film, ifNoneMatch)) return { ...common, bytes: NOTHING };
    const file = found.size > MOST_HELD ? await originals.bytes.locate(digest) : undefined;
    if (file) return { ...common, bytes: NOTHING, file };
    const bytes = await originals.bytes.get(digest);
    return bytes ? { ...common, bytes } : { kind: "gone" };
  }
  if (!videos) throw new ServerError("VIDEO_UNSUPPORTED");
  const original: Original = { digest, container, lend: (path) => originals.bytes.lend(digest, path) };
  if (wanted.kind === "poster") {
    const poster = await videos.poster(original, wanted.seconds, asking);
    if (!poster) return { kind: "gone" };
    const { key, facts, bytes } = poster;
    const sources = {
      ...found,
      facts,
      digests: [key, ...others] as const,
      poster: { bytes: async () => bytes },
    };
    return { kind: "picture", sources };
  }
  const isOpen = wanted.kind === "clip" && wanted.format === "auto";
  const format = wanted.kind === "clip" ? formatFor(wanted.format, accept) : "webp";
  const made =
    format === "webp"
      ? ({ kind: "preview", work: wanted.work } as const)
      : ({ kind: "clip", format, work: wanted.work } as const);
  const { key } = await videos.describe(digest, made);
  const film = filmOf(key, format, isOpen);
  const { ignored } = wanted.work;
  if (isHeld(film, ifNoneMatch)) return { kind: "film", film, bytes: NOTHING, from: "unmodified", ignored };
  const file = await videos.locate(key);
  if (file && file.bytes > MOST_HELD)
    return { kind: "film", film, bytes: NOTHING, file, from: "disk", ignored };
  const result = await videos.made(original, made, asking);
  if (!result) return { kind: "gone" };
  if (!isFinished(result)) return { kind: "working", progress: result };
  return { kind: "film", film, bytes: result.bytes, from: result.from, ignored };
}

/** Browsers that name WebM are sent it: what names nothing plays MP4. */
function formatFor(format: ClipFormat | "auto", accept: string | undefined): ClipFormat {
  if (format !== "auto") return format;
  return namesType(accept, "video/webm") ? "webm" : "mp4";
}

function filmOf(key: string, format: Container | "webp", negotiated: boolean): Film {
  const mediaType = format === "webp" ? "image/webp" : VIDEO_TYPES[format];
  return { kind: "film", key, negotiated, mediaType, format };
}

const isHeld = (film: Film, ifNoneMatch: string | undefined) => isNotModified(ifNoneMatch, etagOf(film));

/** Seconds after which whoever was told that it takes longer should ask again. */
export function secondsLeft({ done, isWaiting }: Progress): number {
  if (isWaiting) return 10;
  return done === undefined || done < 0.5 ? 5 : 2;
}

/** What is said meanwhile. */
export function progressText(progress: Progress): Uint8Array {
  const { done, isWaiting } = progress;
  const text = {
    status: isWaiting ? "waiting" : "working",
    ...(done === undefined ? {} : { progress: Math.round(done * 100) / 100 }),
    retry_after: secondsLeft(progress),
  };
  return new TextEncoder().encode(`${JSON.stringify(text)}\n`);
}
