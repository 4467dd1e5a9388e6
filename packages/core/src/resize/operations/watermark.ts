import { watermarksOf } from "../../watermarks.ts";
import { type Picture, withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const watermark: Apply<"watermark"> = (picture, watermark) =>
  watermarksOf({ watermark }).reduce(
    (marked: Picture, mark) => withEffect(marked, { kind: "overlay", mark }),
    picture,
  );
