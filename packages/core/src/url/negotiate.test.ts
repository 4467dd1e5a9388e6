import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEVELOPED_FORMATS, OUTPUT_FORMATS, type OutputFormat } from "../format.ts";
import { FORMAT_CHOICES } from "../operations/encode.ts";
import { chooseFormat, type FormatChoice, type FormatQuestion } from "./negotiate.ts";

const jpeg = { format: "jpeg", hasAlpha: false, pages: 1 } as const;
const png = { format: "png", hasAlpha: true, pages: 1 } as const;
const animation = { format: "gif", hasAlpha: true, pages: 12 } as const;
const MODERN = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
const OLD = "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";

const choose = (
  requested: readonly FormatChoice[] | undefined,
  accept: string | undefined,
  source: FormatQuestion["source"] = jpeg,
  auto: readonly OutputFormat[] = ["avif", "webp"],
) => {
  const { format, negotiated } = chooseFormat({ requested, accept, source, auto });
  return `${format}${negotiated ? " by Accept" : ""}`;
};

describe("asked for by the URL", () => {
  test("webp is webp where the client takes it, else what every client shows", () => {
    expect(choose(["webp"], MODERN)).toBe("webp by Accept");
    expect(choose(["webp"], OLD)).toBe("jpeg by Accept");
    expect(choose(["webp"], undefined, png)).toBe("png by Accept");
    expect(choose(["webp"], "*/*", animation)).toBe("gif by Accept");
  });
  test("_webp, jpeg, png and original are answers for everyone", () => {
    expect(choose(["_webp"], OLD)).toBe("webp");
    expect(choose(["jpeg"], MODERN, png)).toBe("jpeg");
    expect(choose(["png"], MODERN)).toBe("png");
    expect(choose(["original"], MODERN, animation)).toBe("gif");
    expect(choose(["original"], MODERN, { format: "svg", hasAlpha: true, pages: 1 })).toBe("png");
    expect(choose(["original"], MODERN, { format: "tiff", hasAlpha: false, pages: 3 })).toBe("jpeg");
  });
  test("of a list the first that the client takes", () => {
    expect(choose(["avif", "webp", "jpeg"], "image/webp")).toBe("webp by Accept");
    expect(choose(["avif", "webp", "jpeg"], OLD)).toBe("jpeg by Accept");
    expect(choose(["avif", "webp"], OLD, png)).toBe("png by Accept");
    expect(choose(["webp", "original"], OLD, png)).toBe("png by Accept");
    expect(choose(["png", "webp"], MODERN)).toBe("png");
  });
});

describe("JPEG XL", () => {
  const CHROMIUM = `image/jxl,${MODERN}`;
  test("is for those that name it, as AVIF and WebP are", () => {
    expect(choose(["jxl"], CHROMIUM)).toBe("jxl by Accept");
    expect(choose(["jxl"], MODERN)).toBe("jpeg by Accept");
    expect(choose(["jxl", "webp"], MODERN, png)).toBe("webp by Accept");
    expect(choose(undefined, CHROMIUM, jpeg, ["jxl", "avif"])).toBe("jxl by Accept");
    expect(choose(undefined, CHROMIUM, png, ["jxl"])).toBe("jxl by Accept");
    expect(choose(undefined, MODERN, jpeg, ["jxl", "avif"])).toBe("avif by Accept");
  });
  test("is never negotiated for what moves, nor without being listed", () => {
    expect(choose(undefined, CHROMIUM, animation, ["jxl", "webp"])).toBe("webp by Accept");
    expect(choose(undefined, CHROMIUM, animation, ["jxl"])).toBe("gif");
    expect(choose(undefined, CHROMIUM)).toBe("avif by Accept");
  });
  test("as an original is kept for those that name it, where that is asked for", () => {
    const source = { format: "jxl", hasAlpha: false, pages: 1 } as const;
    expect(choose(["original"], CHROMIUM, source)).toBe("jxl by Accept");
    expect(choose(["original"], MODERN, source)).toBe("jpeg by Accept");
    expect(choose(undefined, CHROMIUM, { ...source, hasAlpha: true }, [])).toBe("png");
    for (const format of ["heic", "psd", "raw", "bmp", "ico", "jp2", "pdf"] as const) {
      expect(choose(["original"], CHROMIUM, { format, hasAlpha: false, pages: 1 })).toBe("jpeg");
      expect(choose(undefined, OLD, { format, hasAlpha: true, pages: 1 })).toBe("png by Accept");
    }
  });
});

describe("a smaller rival", () => {
  const rival = (
    requested: readonly FormatChoice[] | undefined,
    accept: string,
    source: FormatQuestion["source"] = jpeg,
  ) => chooseFormat({ requested, accept, source, auto: ["webp"] }).rival;
  test("webp alone has JPEG as one, where nothing is lost by it", () => {
    expect(rival(["webp"], MODERN)).toBe("jpeg");
    expect(rival(["webp"], OLD)).toBeUndefined();
    expect(rival(["webp"], MODERN, png)).toBeUndefined();
    expect(rival(["webp"], MODERN, animation)).toBeUndefined();
  });
  test("every other wish has none", () => {
    for (const requested of [["_webp"], ["webp", "jpeg"], ["avif"], ["jpeg"], ["original"], []] as const)
      expect(rival(requested, MODERN)).toBeUndefined();
    expect(rival(undefined, MODERN)).toBeUndefined();
  });
});

describe("negotiated", () => {
  test("the first of the project's formats that Accept names", () => {
    expect(choose(undefined, MODERN)).toBe("avif by Accept");
    expect(choose(undefined, MODERN, jpeg, ["webp", "avif"])).toBe("webp by Accept");
    expect(choose([], "image/webp")).toBe("webp by Accept");
    expect(choose(undefined, MODERN, jpeg, [])).toBe("jpeg");
  });
  test("wildcards name nothing", () => {
    for (const accept of [OLD, "*/*", "image/*", "", undefined])
      expect(choose(undefined, accept)).toBe("jpeg by Accept");
  });
  test("weights of zero exclude, tiny ones are ignored, unreadable ones too", () => {
    expect(choose(undefined, "image/avif;q=0, image/webp;q=0.09")).toBe("jpeg by Accept");
    expect(choose(undefined, "image/avif;q=x, IMAGE/WEBP ; level=1 ; Q=0.1")).toBe("webp by Accept");
  });
  test("an animation stays one, transparency stays", () => {
    expect(choose(undefined, MODERN, animation)).toBe("webp by Accept");
    expect(choose(undefined, MODERN, animation, ["avif"])).toBe("gif");
    expect(choose(undefined, "image/jpeg", png, ["jpeg"])).toBe("png");
    expect(choose(undefined, MODERN, { format: "tiff", hasAlpha: false, pages: 3 })).toBe("avif by Accept");
  });
  test("otherwise the source's own family", () => {
    expect(choose(undefined, OLD, png)).toBe("png by Accept");
    expect(choose(undefined, OLD, { format: "webp", hasAlpha: false, pages: 1 }, ["avif"])).toBe(
      "webp by Accept",
    );
    expect(choose(undefined, OLD, { format: "svg", hasAlpha: true, pages: 1 })).toBe("png by Accept");
  });
});

test("an answer that is not negotiated is the same for every Accept", () => {
  const accept = fc.oneof(
    fc.string(),
    fc.constantFrom(MODERN, OLD, "image/jxl", "image/webp", "image/avif,image/jpeg", ",;=;q,,"),
  );
  fc.assert(
    fc.property(
      fc.option(fc.array(fc.constantFrom(...FORMAT_CHOICES)), { nil: undefined }),
      fc.array(fc.constantFrom(...OUTPUT_FORMATS)),
      fc.record({
        format: fc.constantFrom(...OUTPUT_FORMATS, ...DEVELOPED_FORMATS, "tiff" as const, "svg" as const),
        hasAlpha: fc.boolean(),
        pages: fc.constantFrom(1, 5),
      }),
      accept,
      accept,
      (requested, auto, source, one, other) => {
        const first = chooseFormat({ requested, auto, source, accept: one });
        const second = chooseFormat({ requested, auto, source, accept: other });
        expect(first.negotiated).toBe(second.negotiated);
        if (!first.negotiated) expect(first.format).toBe(second.format);
      },
    ),
    { numRuns: 500 },
  );
});
