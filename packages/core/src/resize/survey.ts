import type { ImageFacts, RenderLimits } from "./contract.ts";
import { asRenderError, type Raw } from "./engine.ts";
import { glanceAt } from "./glance.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { colorOf, sketchOf } from "./look.ts";
import { factsOf } from "./probe.ts";

/** Longest side of a sketch. */
const LONGEST = 100;

/** What is to be said of an original at a glance. */
export interface Survey {
  readonly facts: ImageFacts;
  /** The EXIF tag, 1 to 8; 1 when there is none. Width, height and sketch are upright already. */
  readonly orientation: number;
  /** Red, green and blue of the colour that covers most (as `bg_color=auto` finds it); undefined where nothing can be seen. */
  readonly color: readonly [red: number, green: number, blue: number] | undefined;
  /** The first frame, at most 100 pixels a side, four bytes a pixel. */
  readonly sketch: { readonly width: number; readonly height: number; readonly rgba: Uint8Array };
}

/** Looks an original over. Rejects with nothing but a `RenderError`. */
export async function survey(original: Uint8Array, limits: RenderLimits = DEFAULT_LIMITS): Promise<Survey> {
  const { painting, picture, format } = await glanceAt(original, limits);
  const { header } = painting;
  try {
    const [red, green = 0, blue = 0] = await colorOf(painting, picture);
    const raw = await sketchOf(painting, picture, LONGEST);
    return {
      facts: { ...factsOf(header), format },
      orientation: header.orientation,
      color: red === undefined ? undefined : [red, green, blue],
      sketch: { width: raw.width, height: raw.height, rgba: fourOf(raw) },
    };
  } catch (error) {
    throw asRenderError(error);
  }
}

/** The same pixels in four bytes each. */
export function fourOf({ data, channels, width, height }: Raw): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  const isGrey = channels < 3;
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const at = pixel * channels;
    for (let channel = 0; channel < 3; channel += 1) {
      rgba[pixel * 4 + channel] = data[at + (isGrey ? 0 : channel)] ?? 0;
    }
    rgba[pixel * 4 + 3] = channels % 2 === 0 ? (data[at + channels - 1] ?? 255) : 255;
  }
  return rgba;
}
