import { isRenderError } from "@freshet/core/resize";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readProbe } from "./probe.ts";

const film = { index: 0, codec_type: "video", width: 1920, height: 1080 };
const text = (streams: readonly object[], format: object = {}) => JSON.stringify({ streams, format });

/** The code that it is refused with. */
function codeOf(said: string): string | undefined {
  try {
    readProbe(said);
    return undefined;
  } catch (error) {
    if (isRenderError(error)) return error.code;
    throw error;
  }
}

test("a film is upright and in square pixels", () => {
  const sound = { index: 1, codec_type: "audio" };
  expect(readProbe(text([film, sound], { duration: "12.5" }))).toEqual({
    ...{ width: 1920, height: 1080, seconds: 12.5, stream: 0, hasSound: true, matrix: "bt709" },
  });
  const lying = { ...film, side_data_list: [{}, { rotation: -90 }] };
  expect(readProbe(text([lying]))).toMatchObject({ width: 1080, height: 1920, hasSound: false });
  const flat = { ...film, width: 720, height: 576, sample_aspect_ratio: "16:11" };
  expect(readProbe(text([flat]))).toMatchObject({ width: 1047, height: 576, matrix: undefined });
});

test("the picture on a cover is no film", () => {
  const cover = { ...film, disposition: { attached_pic: 1 } };
  expect(readProbe(text([cover, { ...film, index: 2 }])).stream).toBe(2);
  expect(codeOf(text([cover]))).toBe("IMAGE_UNREADABLE");
});

test.each([
  [{ ...film, width: 4_200 }, "IMAGE_TOO_LARGE"],
  [{ ...film, width: 60_000, height: 60_000 }, "IMAGE_TOO_LARGE"],
  [{ ...film, sample_aspect_ratio: "999999:1" }, "IMAGE_TOO_LARGE"],
  [{ ...film, width: 0 }, "IMAGE_UNREADABLE"],
  [{ ...film, codec_type: "audio" }, "IMAGE_UNREADABLE"],
])("%o is %s", (stream, code) => {
  expect(codeOf(text([stream]))).toBe(code);
});

test("whatever is said is read or refused", () => {
  const said = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(fc.object()).map((streams) => text(streams)),
  );
  fc.assert(
    fc.property(said, (any) => {
      expect(["IMAGE_UNREADABLE", "IMAGE_TOO_LARGE", undefined]).toContain(codeOf(any));
    }),
  );
});
