import { normalizeQuery, OWN_WATERMARK, type Transformation, watermarkImages } from "@freshet/core";
import { describeOriginal, type Original } from "../projects/originals.ts";
import type { Project } from "../projects/project.ts";
import type { Visitor } from "../sources/origin-headers.ts";

/** An image of a watermark: what the transformation calls it, and the original that it is. */
export interface WatermarkSource {
  readonly image: string;
  readonly source: Original;
}

/**
 * The images that watermarks are made of. Each is an original like any other: named, allowed, fetched, bounded and invalidated by
 * the rules of its project. The project's own is left out where it has none.
 * @throws ServerError ORIGINAL_NOT_NAMED for an address that names nothing.
 */
export function watermarkSources(
  project: Project,
  transformation: Transformation,
  visitor?: Visitor,
): readonly WatermarkSource[] {
  return watermarkImages(transformation).flatMap((image) => {
    const written = image === OWN_WATERMARK ? project.watermark : image;
    if (written === undefined) return [];
    const mark = written.indexOf("?");
    const [path, query] = mark < 0 ? [written, ""] : [written.slice(0, mark), written.slice(mark + 1)];
    return [{ image, source: describeOriginal(project, path, normalizeQuery(query), visitor) }];
  });
}
