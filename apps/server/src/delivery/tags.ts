import type { Original } from "../projects/originals.ts";

/** What every answer allows: images are shown, drawn and timed from any page. */
export const OPEN_HEADERS = [
  "Access-Control-Allow-Origin",
  "*",
  "Access-Control-Expose-Headers",
  "Freshet-Stamp, ETag, Server-Timing, Cache-Status",
  "Timing-Allow-Origin",
  "*",
  "Cross-Origin-Resource-Policy",
  "cross-origin",
  "X-Content-Type-Options",
  "nosniff",
] as const;

/**
 * Cache tags of an answer: the original, the same with the generation (the newest invalidation that covers it; a purge of
 * an old generation can be repeated without hurting fresh copies), its folders and its project. At most 16, each under
 * the header names that CDNs read.
 */
export function tagHeaders(original: Original, generation: number): readonly string[] {
  const tags = [original.tag, `${original.tag}.g${generation}`, ...original.wideTags];
  const spaced = tags.join(" ");
  return [
    "xkey",
    spaced,
    "Surrogate-Key",
    spaced,
    "Cache-Tag",
    tags.join(","),
    "Cache-Groups",
    tags.map((tag) => `"${tag}"`).join(", "),
  ];
}
