import { parameter } from "../codec.ts";
import { faceBlur } from "../codecs/face-blur.ts";
import { flag } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Makes faces unrecognisable in the finished picture, below its watermarks. The name `pixelate_faces` is provisional. */
export const faces = defineOperation("faces", {
  pixelate_faces: parameter(flag, {
    summary:
      "Covers every face with at most 8 by 8 squares of one colour, from which nothing can be restored.",
    example: "1",
    neutral: "0",
  }),
  blur_faces: parameter(faceBlur, {
    summary:
      "Blurs every face: a mean over so many output pixels around each (30 unless given), weaker with a small sigma (1000 unless given), and never less than an eighth of the face.",
    example: "1,40",
    neutral: "0",
  }),
});
