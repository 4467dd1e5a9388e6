import type { OutputFormat } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import type { ImageFacts, Rendered, RenderOptions } from "./contract.ts";
import { asP3, openImage, openRaw, type Raw, toRaw } from "./engine.ts";
import { type Beside, foresee } from "./foreseen.ts";
import { paintRaw } from "./paint.ts";
import { qualityFor, shownHardness, type Writer } from "./quality/curves.ts";
import { hold, SMALLEST } from "./quality/hold.ts";
import { likenessTo } from "./quality/likeness.ts";
import { withPicture } from "./render.ts";
import { writePicture } from "./write.ts";

/** Raised by hand whenever the same variant would be improved to other bytes. */
export const IMPROVER_REVISION = 1;

/** Formats that an encoder with more time writes in fewer bytes: by which curve it is on the request path, and then. */
const WRITERS: Partial<Record<OutputFormat, { readonly first: Writer; readonly late: Writer }>> = {
  avif: { first: "avif", late: "avif" },
  jpeg: { first: "jpeg", late: "mozjpeg" },
};
/** Pixels of the output: the usual largest screen. More would take more memory (320 MB for as much) and time than there is beside visitors. */
const MOST_PIXELS = 2_100_000;
/** Where no quality is told: that of the encoders. */
const USUAL_QUALITY = 85;
/** What saves less, as a share or in bytes, is not worth that caches fetch it anew. */
const LEAST_SAVED = { share: 0.03, bytes: 200 };

/** What an improvement came to. */
export interface Improved {
  /** Bytes of the variant as `render` gives it. */
  readonly firstBytes: number;
  /** The same picture in fewer bytes; undefined where there is nothing to be gained. */
  readonly better: Rendered | undefined;
}

/** Whether `improve` may find something, as far as the header tells. `optipress` and a rival have taken their time already. */
export function isImprovable(
  facts: ImageFacts,
  transformation: Transformation,
  format: OutputFormat,
  { rival }: Pick<Beside, "rival"> = {},
): boolean {
  const isPressed = transformation.encode?.optipress !== undefined;
  if (!(format in WRITERS) || rival !== undefined || (format === "jpeg" && isPressed)) return false;
  const { size } = foresee(facts, transformation, format);
  return Math.min(size.width, size.height) >= SMALLEST && size.width * size.height <= MOST_PIXELS;
}

/**
 * The variant that `render` gives, written with time: as alike to the pixels it was made from as the variant is, or more, in fewer
 * bytes. A function of the same things as the variant. Rejects with nothing but a `RenderError`.
 */
export async function improve(
  bytes: Uint8Array,
  transformation: Transformation,
  options: RenderOptions,
): Promise<Improved> {
  const { format } = options;
  return withPicture(bytes, transformation, options, async (painting, picture) => {
    const { gamut, deadline } = painting;
    const { raw, quality = USUAL_QUALITY } = await paintRaw(painting, picture, format);
    const inGamut = gamut === "p3" ? asP3 : (image: ReturnType<typeof openRaw>) => image;
    const write = (at: number, late: boolean) => {
      const writing = { late, small: picture.press !== undefined };
      return writePicture(openRaw(raw), format, { quality: at, gamut, writing, deadline });
    };
    const first = await write(quality, false);
    const writers = WRITERS[format];
    if (!writers || Math.min(raw.width, raw.height) < SMALLEST)
      return { firstBytes: first.bytes.length, better: undefined };

    const judge = await likenessTo(await onWhite(raw, deadline), deadline);
    const pointsOf = async ({ bytes }: Rendered) => {
      const opened = inGamut(openImage(bytes, { maxPixels: false, animated: false }));
      return judge(await onWhite(await toRaw(opened, deadline), deadline));
    };
    const points = await pointsOf(first);
    const better = await hold({
      points,
      most: first.bytes.length - Math.max(LEAST_SAVED.bytes, first.bytes.length * LEAST_SAVED.share),
      writer: writers.late,
      from: qualityFor(writers.late, points, shownHardness(writers.first, quality, points)),
      write: (at) => write(at, true),
      pointsOf,
    });
    return { firstBytes: first.bytes.length, better };
  });
}

/** Transparency is judged as search does: on white. */
async function onWhite(raw: Raw, deadline: number): Promise<Raw> {
  if (raw.channels % 2 === 1) return raw;
  return toRaw(openRaw(raw).flatten({ background: "#fff" }), deadline);
}
