import { describe, expect, it, test } from "vitest";
import type { OutputFormat } from "../format.ts";
import type { ImageFacts } from "./contract.ts";
import { asked, photo } from "./fixtures.test.support.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { estimateMemory } from "./memory.ts";

const MB = 1_000_000;
const SIZE_24 = { width: 6_000, height: 4_000 } as const;
const estimate = (query: string, facts: Partial<ImageFacts> = {}, format: OutputFormat = "webp") =>
  estimateMemory(photo(facts), asked(query), format).most / MB;

// Resident memory of a process at its peak, less what it has at rest and twice the bytes that it was sent. Pictures were full of noise.
test.each<
  [measured: number, query: string, facts: Partial<ImageFacts>, format: OutputFormat, late?: boolean]
>([
  [178, "", SIZE_24, "jpeg"],
  [128, "w=4000", SIZE_24, "jpeg"],
  [105, "w=3000", SIZE_24, "webp"],
  [99, "", SIZE_24, "png"],
  [87, "w=1500", SIZE_24, "avif"],
  [155, "w=4000&gray=1", SIZE_24, "jpeg"],
  [174, "w=4000&blur=10", SIZE_24, "jpeg"],
  [184, "w=4000&linear=1", SIZE_24, "jpeg"],
  [244, "w=4000&h=4000&func=fit&bg_img_fit=1", SIZE_24, "jpeg"],
  [211, "w=3000&radius=60", SIZE_24, "webp"],
  [235, "w=3000", { format: "png", hasAlpha: true }, "webp"],
  [167, "w=500", { ...SIZE_24, interlaced: true, samples: 3 }, "webp"],
  [218, "w=4000", { ...SIZE_24, interlaced: true, samples: 3 }, "jpeg"],
  [149, "", { format: "png" }, "webp"],
  [140, "w=1200", { format: "jpeg" }, "avif", true],
])(
  "%s MB for %s of %o as %s: estimates are true to a quarter, or careful",
  (measured, query, facts, format, late = false) => {
    const { most } = estimateMemory(photo(facts), asked(query), format, { late });
    expect((most * 1.25) / MB).toBeGreaterThan(measured);
    expect(most / MB).toBeLessThan(1.6 * measured);
  },
);

describe("memory", () => {
  it("is next to nothing for a photograph that is made small", () => {
    expect(estimate("w=800")).toBeLessThan(30);
    expect(estimate("w=800&blur=5&radius=9")).toBeLessThan(40);
  });

  it("counts what has to be held whole", () => {
    expect(estimate("w=100", { interlaced: true, samples: 1.5 })).toBeGreaterThan(50);
    expect(estimate("w=100", { interlaced: true, samples: 3 })).toBeGreaterThan(85);
    expect(estimate("w=100", { format: "avif" })).toBeGreaterThan(200);
    expect(estimate("w=100", { format: "gif", pages: 9 })).toBeGreaterThan(50);
    expect(estimate("trim=1&w=100", { format: "png" })).toBeGreaterThan(50);
  });

  it("is bounded for whatever is asked of a photograph, so that none is too large to be sent", () => {
    const kinds: readonly Partial<ImageFacts>[] = [
      {},
      { format: "png" },
      { format: "webp" },
      { interlaced: true, samples: 1.5 },
      { interlaced: true, samples: 3 },
    ];
    for (const kind of kinds)
      for (const size of [SIZE_24, { width: 8_192, height: 5_464 }])
        for (const format of ["jpeg", "png", "webp", "avif"] as const)
          for (const query of ["", "q=80", "w=99999", "gray=1", "radius=9", "r=90"]) {
            const facts = { ...size, ...kind };
            const { read, most } = estimateMemory(photo(facts), asked(query), format);
            // What decoding alone takes, and a screen of two megapixels, nothing makes smaller.
            const least = Math.max(DEFAULT_LIMITS.maxTakenBytes, 16 * MB + read + 2 * MB * 39);
            expect(most, `${JSON.stringify(facts)} ${format} ${query}`).toBeLessThanOrEqual(1.02 * least);
          }
  });
});
