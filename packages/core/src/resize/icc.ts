import type { Triple } from "./effect.ts";

// XYZ under D50, as profiles have it, to linear sRGB (Bruce Lindbloom, adapted by Bradford).
const TO_SRGB = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const satisfies readonly Triple[];

/** How far below zero sRGB's channels have to go for a primary: the green of Display P3 goes to -0.22, what calls itself sRGB strays by 0.01. */
const OUTSIDE = -0.05;
const HEADER = 128;
const MOST_TAGS = 200;

/**
 * Whether an ICC profile describes RGB by primaries of which one lies clearly outside of sRGB, as Display P3, Adobe RGB, ProPhoto and
 * Rec. 2020 do. Profiles made of tables alone do not say what they reach, and are not wide. Never throws, whatever the bytes are.
 */
export function isWideProfile(icc: Uint8Array): boolean {
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  if (icc.length < HEADER + 4 || word(view, 36) !== "acsp" || word(view, 16) !== "RGB ") return false;
  const tags = new Map<string, number>();
  const count = Math.min(view.getUint32(HEADER), MOST_TAGS);
  for (let at = HEADER + 4; at < HEADER + 4 + count * 12 && at + 12 <= icc.length; at += 12) {
    tags.set(word(view, at), view.getUint32(at + 4));
  }
  // Without curves nobody can apply it.
  if (!["rTRC", "gTRC", "bTRC"].every((name) => tags.has(name))) return false;
  const primaries = ["rXYZ", "gXYZ", "bXYZ"].map((name) => xyzAt(view, tags.get(name)));
  if (primaries.includes(undefined)) return false;
  return primaries.some((xyz) => xyz && TO_SRGB.some((row) => times(row, xyz) < OUTSIDE));
}

function xyzAt(view: DataView, offset: number | undefined): Triple | undefined {
  if (offset === undefined || offset + 20 > view.byteLength || word(view, offset) !== "XYZ ")
    return undefined;
  const number = (at: number) => view.getInt32(offset + at) / 65_536;
  return [number(8), number(12), number(16)];
}

const times = ([a, b, c]: Triple, [x, y, z]: Triple) => a * x + b * y + c * z;

const word = (view: DataView, at: number) =>
  String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(at + byte)));
