import type { InputFormat, OutputFormat } from "../format.ts";
import type { Frames } from "./frames.ts";
import type { Gamut } from "./gamut.ts";
import type { Memory } from "./insight.ts";

/** What the header of an image says, read without making pixels. Width and height are upright (EXIF orientation applied). */
export interface ImageFacts {
  readonly format: InputFormat;
  readonly width: number;
  readonly height: number;
  /** Frames of an animation; 1 for a still image. */
  readonly pages: number;
  readonly hasAlpha: boolean;
  /** Largest decoding work in pixels: all frames together. */
  readonly pixels: number;
  /** Progressive JPEG or interlaced PNG: the whole image has to be held to decode it. */
  readonly interlaced: boolean;
  /** Samples of a pixel in a progressive JPEG, over all its channels: 3 in full colour, 1.5 where two of them are halved each way. */
  readonly samples?: number | undefined;
  /** Present where the embedded profile reaches colours that sRGB has not. */
  readonly isWide?: true | undefined;
  /** Pages of a document, of which one is shown: these are the facts of that one. */
  readonly documentPages?: number | undefined;
  /** Present where an ordinary picture inside of the original is shown, as cameras leave one in their files. */
  readonly isPart?: true | undefined;
}

/** Bounds checked on the header before pixels are made. */
export interface RenderLimits {
  /** Bytes of the encoded original. */
  readonly maxBytes: number;
  /** Pixels of the input, all frames together, per format; `interlaced` is the bound for progressive JPEG and interlaced PNG. */
  readonly maxPixels: Readonly<Record<InputFormat | "interlaced", number>>;
  /** Bytes that decoding may hold at once, where it does not go row by row. */
  readonly maxHeldBytes: number;
  /** Bytes that decoding and writing one picture may take together, as they are estimated; larger wishes are scaled down to it. */
  readonly maxTakenBytes: number;
  readonly maxPages: number;
  /** Pixels of the output, all frames together, per format; larger wishes are scaled down to it as well. */
  readonly maxOutputPixels: Readonly<Record<OutputFormat, number>>;
  /** Milliseconds one render may take. */
  readonly timeoutMs: number;
}

/** What to render to. */
export interface RenderOptions {
  readonly format: OutputFormat;
  /** Sent instead where nothing of the finished picture is transparent and its bytes are fewer. */
  readonly rival?: OutputFormat | undefined;
  /**
   * `p3` keeps the colours of an original that `isWide` as far as Display P3 reaches, and says so in a profile, where the formats can.
   * Absent, and for every other original, variants are sRGB without a profile.
   */
  readonly gamut?: Gamut | undefined;
  /** `DEFAULT_LIMITS` when absent. */
  readonly limits?: RenderLimits;
  /** Of this original; absent, its pixels are looked at anew wherever a wish depends on them. */
  readonly memory?: Memory | undefined;
  /** Of this original; absent, it is decoded for this render alone. */
  readonly frames?: Frames | undefined;
  /**
   * The mask of `makeCutout` by `CUTOUT_MASK`; without it nothing is cut out. Images of watermarks by `watermarkImages`; of these only the
   * project's own may be absent, and is not painted then.
   */
  readonly images?: ReadonlyMap<string, Uint8Array> | undefined;
}

/** A finished variant. `height` is that of one frame. */
export interface Rendered {
  readonly bytes: Uint8Array;
  readonly format: OutputFormat;
  readonly width: number;
  readonly height: number;
  readonly pages: number;
}

/** Codes of `RenderError`: permanent. */
export type RenderErrorCode =
  | "IMAGE_UNREADABLE"
  | "IMAGE_TOO_LARGE"
  | "IMAGE_TOO_SLOW"
  | "FORMAT_NOT_INSTALLED"
  | "PAGE_MISSING";
