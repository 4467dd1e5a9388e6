import sharp from "sharp";
import type Vips from "wasm-vips";
import { notInstalled } from "./develop/not-installed.ts";
import type { Raw } from "./engine.ts";
import { RenderError } from "./errors.ts";
import type { Gamut } from "./gamut.ts";

/** As fast as WebP once it runs. At the usual qualities the next useful step, 5, gives no fewer bytes, for four times the time. */
const EFFORT = 3;
/** `q` counts as JPEG's: measured on photographs, JPEG XL scores the same at the same number. */
const USUAL_QUALITY = 85;

let loaded: Promise<typeof Vips> | undefined;

/** libvips as WebAssembly, for the one format that sharp's own has not. Loaded when it is first needed. */
async function load(): Promise<typeof Vips> {
  const { default: start } = await import("wasm-vips").catch((error) => {
    throw notInstalled("wasm-vips", error);
  });
  const vips = await start({ dynamicLibraries: ["vips-jxl.wasm"] });
  vips.concurrency(1);
  vips.Cache.max(0);
  return vips;
}

/** Finished pixels as a JPEG XL, with a profile where they are not sRGB. */
export async function encodeJxl(
  { data, width, height, channels }: Raw,
  quality: number = USUAL_QUALITY,
  gamut: Gamut = "srgb",
): Promise<Uint8Array> {
  loaded ??= load();
  const vips = await loaded;
  const opened: { delete(): void }[] = [];
  const own = <Image extends { delete(): void }>(image: Image): Image => {
    opened.push(image);
    return image;
  };
  try {
    const pixels = own(vips.Image.newFromMemory(data, width, height, channels, vips.BandFormat.uchar));
    const image = own(
      pixels.copy({ interpretation: channels < 3 ? vips.Interpretation.b_w : vips.Interpretation.srgb }),
    );
    if (gamut === "p3") image.setBlob("icc-profile-data", await profileOfP3());
    const keep = gamut === "p3" ? vips.ForeignKeep.icc : vips.ForeignKeep.none;
    return image.jxlsaveBuffer({ Q: quality, effort: EFFORT, keep });
  } catch (error) {
    loaded = undefined;
    throw new RenderError("IMAGE_TOO_LARGE", "The image takes too much memory to be written as JPEG XL.", {
      cause: error,
    });
  } finally {
    for (const image of opened) image.delete();
  }
}

let p3: Promise<Uint8Array> | undefined;

/** The profile that sharp writes into other formats. */
function profileOfP3(): Promise<Uint8Array> {
  p3 ??= sharp({ create: { width: 1, height: 1, channels: 3, background: "#000" } })
    .withIccProfile("p3")
    .png()
    .toBuffer()
    .then((png) => sharp(png).metadata())
    .then(({ icc }) => icc ?? new Uint8Array(0));
  return p3;
}
