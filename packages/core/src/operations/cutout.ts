import { parameter } from "../codec.ts";
import { flag } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Makes everything transparent but the subject, before anything is looked for in the picture and before it is resized. */
export const cutout = defineOperation("cutout", {
  bg_remove: parameter(flag, {
    summary:
      "Removes the background. Until that is done, which takes seconds, the picture comes as it is and is kept for as long only.",
    example: "1",
    neutral: "0",
  }),
});
