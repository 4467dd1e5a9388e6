import { parameter } from "../codec.ts";
import { listOf, oneOf, oneOfNumbers } from "../codecs/choice.ts";
import { decimal } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Words of `force_format`: `_webp` is WebP whether the client takes it or not, `original` the source's own format. */
export const FORMAT_CHOICES = ["jpeg", "png", "webp", "_webp", "avif", "jxl", "original"] as const;

/** Chooses the output format and how hard it is compressed. */
export const encode = defineOperation("encode", {
  force_format: parameter(listOf(oneOf(FORMAT_CHOICES, { jpg: "jpeg" })), {
    summary:
      "Output format, or a list of which the first that the client takes is used. `webp` alone is sent as JPEG where that is smaller.",
    example: "webp,jpeg",
  }),
  q: parameter(decimal(1, 100, 0), {
    summary:
      "Quality from 1 (small) to 100 (faithful), of JPEG, WebP, AVIF and JPEG XL. Without it a still image gets the quality at which it should score about 78 of 100 points of SSIMULACRA2, by its texture.",
    example: "75",
  }),
  optipress: parameter(oneOfNumbers([1, 2, 3]), {
    summary:
      "Quality by trial: the smallest JPEG, WebP, AVIF or JPEG XL that still scores 78 (`1`), 70 (`2`) or 62 (`3`) of 100 points, which is very high, high and good quality. Tried on the original once per format and class of sizes. `q` beats it; PNG and GIF have no quality.",
    example: "2",
  }),
});
