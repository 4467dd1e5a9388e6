import { parameter } from "../codec.ts";
import { oneOf } from "../codecs/choice.ts";
import { decimal, flag } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** What can be made of a video. */
const VIDEO_FORMATS = ["auto", "mp4", "webm", "poster", "preview"] as const;

/** Seconds of a video that are delivered: the first ones. */
export const LONGEST_CLIP_SECONDS = 60;

/** Says what is made of a video. It is read only where the original's path ends as a video's does; elsewhere these names are the origin's. */
export const video = defineOperation("video", {
  format: parameter(oneOf(VIDEO_FORMATS), {
    summary:
      "Of a video: `mp4` or `webm` is a clip, `auto` the one of both that the client names (else MP4), `poster` a picture, and `preview` a few seconds as animated WebP.",
    example: "mp4",
  }),
  t: parameter(decimal(0, 86_400, 3), {
    summary:
      "Second of the video that a poster shows or a preview begins at. Without it that is the first frame that is not black.",
    example: "2.5",
  }),
  mute: parameter(flag, { summary: "Leave the sound of a clip away.", example: "1", neutral: "0" }),
});
