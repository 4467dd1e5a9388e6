import { parameter } from "../codec.ts";
import { listOf, oneOf } from "../codecs/choice.ts";
import { decimal } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Words of `force_format`: `_webp` is WebP whether the client takes it or not, `original` the source's own format. */
export const FORMAT_CHOICES = ["jpeg", "png", "webp", "_webp", "avif", "original"] as const;

/** Chooses the output format and how hard it is compressed. */
export const encode = defineOperation("encode", {
  force_format: parameter(listOf(oneOf(FORMAT_CHOICES, { jpg: "jpeg" })), {
    summary:
      "Output format, or a list of which the first that the client takes is used. `webp` alone is sent as JPEG where that is smaller.",
    example: "webp,jpeg",
  }),
  q: parameter(decimal(1, 100, 0), {
    summary: "Quality from 1 (small) to 100 (faithful), of JPEG, WebP and AVIF.",
    example: "75",
  }),
});
