import { MOST_TAGS, projectTag } from "../projects/cache-tags.ts";
import { type Original, wideTagsOf } from "../projects/originals.ts";

/** What every answer allows: images are shown, drawn and timed from any page. */
export const OPEN_HEADERS = [
  "Access-Control-Allow-Origin",
  "*",
  "Access-Control-Expose-Headers",
  "Freshet-Stamp, Freshet-Info, Freshet-Pending, ETag, Server-Timing, Cache-Status",
  "Timing-Allow-Origin",
  "*",
  "Cross-Origin-Resource-Policy",
  "cross-origin",
  "X-Content-Type-Options",
  "nosniff",
] as const;

/** Tags of an answer, and whether they are all of those by which it may have to be found. */
export interface AnswerTags {
  readonly tags: readonly string[];
  readonly complete: boolean;
}

/**
 * Cache tags of an answer made from these sources: each source, the first one also with the generation (the newest
 * invalidation that covers the answer; a purge of an old generation can be repeated without hurting fresh copies), their
 * folders, the user's tags and the project. At most 16: one source never has more; where several do, those that fit.
 */
export function tagsOfAnswer(sources: readonly [Original, ...Original[]], generation: number): AnswerTags {
  const [{ tag, project }] = sources;
  const wanted = new Set([
    tag,
    `${tag}.g${generation}`,
    projectTag(project.name),
    ...sources.map((source) => source.tag),
    ...sources.flatMap(wideTagsOf),
  ]);
  return { tags: [...wanted].slice(0, MOST_TAGS), complete: wanted.size <= MOST_TAGS };
}
