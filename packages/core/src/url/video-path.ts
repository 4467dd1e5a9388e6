import { video } from "../operations/video.ts";
import type { QueryPair } from "./query.ts";

const VIDEO_PATH = /\.(?:mp4|m4v|mov|webm|mkv)$/i;
const NAMES: ReadonlySet<string> = new Set(Object.keys(video.parameters));

/** Whether the path of an original, written or encoded, says that it is a video. */
export const isVideoPath = (path: string): boolean => VIDEO_PATH.test(path);

/** Whether a parameter of this name belongs to videos alone. */
export const isVideoParameter = (wireName: string): boolean => NAMES.has(wireName);

/**
 * The pairs of a query that are Freshet's to read. Many origins know a `format` or a `t` of their own, so these count as ours only beside the
 * path of a video.
 */
export function pairsFor(original: string, pairs: readonly QueryPair[]): readonly QueryPair[] {
  return isVideoPath(original) ? pairs : pairs.filter(({ name }) => !isVideoParameter(name));
}
