import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { isWideProfile } from "./icc.ts";
import { ADOBE_RGB, greyProfile, P3, profileOf, type Space, WIDE } from "./profiles.test.support.ts";

// Bruce Lindbloom's matrix, adapted to D50 by Bradford.
const SRGB: Space = {
  name: "sRGB",
  toXyz: [
    [0.4360747, 0.3850649, 0.1430804],
    [0.2225045, 0.7168786, 0.0606169],
    [0.0139322, 0.0971045, 0.7141733],
  ],
  gamma: 2.2,
};

/** The profile that libvips itself embeds under a name. */
async function builtIn(name: "srgb" | "p3"): Promise<Buffer> {
  const blank = sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } });
  const { icc } = await sharp(await blank.withIccProfile(name).png().toBuffer()).metadata();
  if (!icc) throw new Error("no profile was embedded");
  return icc;
}

describe("a profile is wide", () => {
  test.each([ADOBE_RGB, P3, WIDE])("where it is $name", (space) => {
    expect(isWideProfile(profileOf(space))).toBe(true);
  });

  test("where others wrote it", async () => {
    expect(isWideProfile(await builtIn("p3"))).toBe(true);
    expect(isWideProfile(await builtIn("srgb"))).toBe(false);
  });

  test("and is not where it reaches what sRGB does, is of greys, or has no curves", () => {
    expect(isWideProfile(profileOf(SRGB))).toBe(false);
    expect(isWideProfile(greyProfile(1.8))).toBe(false);
    const bare = profileOf(P3);
    bare.write("xTRC", bare.indexOf("gTRC"), "latin1");
    expect(isWideProfile(bare)).toBe(false);
  });
});

test("no bytes make it throw, wherever a profile is cut or overwritten", () => {
  const whole = profileOf(P3);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(whole.length), (noise, at) => {
      const broken = Buffer.from(whole);
      broken.set(noise.subarray(0, Math.max(0, broken.length - at)), at);
      for (const bytes of [noise, whole.subarray(0, at), broken]) {
        expect(typeof isWideProfile(bytes)).toBe("boolean");
      }
    }),
  );
});
