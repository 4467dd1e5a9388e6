import { effectiveTransformation } from "../effective-transformation.ts";
import type { Transformation } from "../operations/index.ts";
import { buildDeliveryUrl, type DeliveryUrlOptions } from "./delivery-url.ts";

/**
 * The text of a `srcset` attribute: one candidate per width, each with its `w` descriptor, ascending and without
 * duplicates. A height in the transformation keeps its ratio to the width there.
 *
 * @example srcset("https://img.example.com", "site.example/a.jpg", [400, 800])
 */
export function srcset(
  endpoint: string,
  original: string,
  widths: readonly number[],
  transformation: Transformation = {},
  options: DeliveryUrlOptions = {},
): string {
  const { dpr, w, h, ...resize } = effectiveTransformation(transformation).resize ?? {};
  const sorted = [...new Set(widths.map(Math.round))].filter((width) => width > 0).sort((a, b) => a - b);
  return sorted
    .map((width) => {
      const height = w && h ? { h: Math.max(1, Math.round((width * h) / w)) } : h ? { h } : {};
      const candidate = { ...transformation, resize: { ...resize, w: width, ...height } };
      return `${buildDeliveryUrl(endpoint, original, candidate, options)} ${width}w`;
    })
    .join(", ");
}
