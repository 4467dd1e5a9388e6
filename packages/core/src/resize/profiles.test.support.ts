import { crc32, deflateSync } from "node:zlib";
import type { Rgba } from "./fixtures.test.support.ts";

type Triple = readonly [number, number, number];

/** A colour space by its published primaries as seen under D50, and the power of its curve. */
export interface Space {
  readonly name: string;
  /** Columns are red, green and blue; rows are X, Y and Z. */
  readonly toXyz: readonly [Triple, Triple, Triple];
  readonly gamma: number;
}

// Bruce Lindbloom's matrices, adapted to D50 by Bradford.
export const ADOBE_RGB: Space = {
  name: "Adobe RGB",
  toXyz: [
    [0.6097559, 0.2052401, 0.149224],
    [0.3111242, 0.625656, 0.0632197],
    [0.0194811, 0.0608902, 0.7448387],
  ],
  gamma: 563 / 256,
};
export const WIDE: Space = {
  name: "ProPhoto RGB",
  toXyz: [
    [0.7976749, 0.1351917, 0.0313534],
    [0.2880402, 0.7118741, 0.0000857],
    [0, 0, 0.82521],
  ],
  gamma: 1.8,
};
export const P3: Space = {
  name: "Display P3 with a power curve",
  toXyz: [
    [0.5151187, 0.2919778, 0.1571035],
    [0.2411892, 0.6922441, 0.0665668],
    [-0.0010505, 0.0418791, 0.7840713],
  ],
  gamma: 2.2,
};
const XYZ_TO_SRGB: Space["toXyz"] = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
];

const times = (matrix: Space["toXyz"], [a, b, c]: Triple) =>
  matrix.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Triple;
const bytesOf = (linear: number) => {
  const share = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055));
};

/** The sRGB bytes of a colour of the space, each 0 to 1; what sRGB does not have is clipped. */
export function inSrgb({ toXyz, gamma }: Space, color: Triple): Rgba {
  const linear = color.map((each) => each ** gamma) as unknown as Triple;
  const [red, green, blue] = times(XYZ_TO_SRGB, times(toXyz, linear));
  return [bytesOf(red), bytesOf(green), bytesOf(blue), 255];
}

/** The same of a grey with a power curve. */
export function greyInSrgb(gamma: number, value: number): Rgba {
  const byte = bytesOf(value ** gamma);
  return [byte, byte, byte, 255];
}

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const fixed = (value: number) => u32(Math.round(value * 65_536));
const xyz = (...values: readonly number[]) =>
  Buffer.concat([Buffer.from("XYZ \0\0\0\0"), ...values.map(fixed)]);
const curve = (gamma: number) => {
  const power = Math.round(gamma * 256);
  return Buffer.concat([Buffer.from("curv\0\0\0\0"), u32(1), Buffer.from([power >> 8, power & 255, 0, 0])]);
};
const text = (kind: "desc" | "text", value: string) =>
  kind === "text"
    ? Buffer.concat([Buffer.from("text\0\0\0\0"), Buffer.from(`${value}\0`.padEnd(8, "\0"))])
    : Buffer.concat([Buffer.from("desc\0\0\0\0"), u32(8), Buffer.from("profile\0"), Buffer.alloc(80)]);

/** An ICC profile of version 2, written by its specification. */
function profile(space: "RGB " | "GRAY", tags: readonly (readonly [name: string, data: Buffer])[]): Buffer {
  const all = [
    ["desc", text("desc", "")],
    ["cprt", text("text", "none")],
    ["wtpt", xyz(0.9642, 1, 0.8249)],
    ...tags,
  ] as const;
  let offset = 132 + 12 * all.length;
  const entries = all.map(([name, data]) => {
    const entry = Buffer.concat([Buffer.from(name), u32(offset), u32(data.length)]);
    offset += data.length;
    return entry;
  });
  const header = Buffer.alloc(128);
  header.writeUInt32BE(offset, 0);
  header.writeUInt32BE(0x0210_0000, 8);
  header.write(`mntr${space}XYZ `, 12, "latin1");
  header.write("acsp", 36, "latin1");
  Buffer.concat([fixed(0.9642), fixed(1), fixed(0.8249)]).copy(header, 68);
  return Buffer.concat([header, u32(all.length), ...entries, ...all.map(([, data]) => data)]);
}

export function profileOf({ toXyz, gamma }: Space): Buffer {
  const column = (at: 0 | 1 | 2) => xyz(...toXyz.map((row) => row[at]));
  const curves = ["rTRC", "gTRC", "bTRC"].map((name) => [name, curve(gamma)] as const);
  return profile("RGB ", [["rXYZ", column(0)], ["gXYZ", column(1)], ["bXYZ", column(2)], ...curves]);
}

export const greyProfile = (gamma: number) => profile("GRAY", [["kTRC", curve(gamma)]]);

/** The same PNG with a profile that says what its numbers mean. */
export function tagged(png: Buffer, icc: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from("iCCPicc\0\0"), deflateSync(icc)]);
  const chunk = Buffer.concat([u32(body.length - 4), body, u32(crc32(body) | 0)]);
  const afterHeader = 8 + 25;
  return Buffer.concat([png.subarray(0, afterHeader), chunk, png.subarray(afterHeader)]);
}
