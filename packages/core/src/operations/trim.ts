import { parameter } from "../codec.ts";
import { decimal } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Cuts a border of one colour away before the image is resized. */
export const trim = defineOperation("trim", {
  trim: parameter(decimal(0, 100, 1), {
    summary:
      "Cuts away a border of one colour. The value says by how many percent a channel may differ from it; 0 takes equal pixels alone.",
    example: "10",
  }),
});
