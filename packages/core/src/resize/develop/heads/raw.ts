import { type Directory, directoriesOf, first } from "../directories.ts";
import type { Head, Part, ReadHead } from "../head.ts";
import { Scan } from "../scan.ts";

const TAG = {
  width: 256,
  height: 257,
  kind: 262,
  strips: 273,
  orientation: 274,
  stripBytes: 279,
  jpeg: 513,
  jpegBytes: 514,
  slices: 50752,
  dng: 50706,
} as const;
/** What a sensor saw: through its colour filter, or already put together. */
const SENSOR: readonly number[] = [32803, 34892];
const FUJI = "FUJIFILMCCD-RAW ";

/** The camera's own picture is shown in place of the sensor's where its longer side has so many pixels, or a third of the sensor's. */
const ENOUGH = 1_024;

const isSensor = (directory: Directory) => SENSOR.includes(first(directory, TAG.kind) ?? 0);

/** Whether what begins like a TIFF is a camera's file. */
export function isRawTiff(bytes: Uint8Array): boolean {
  if (new Scan(bytes, "big").text(8, 3) === "CR\x02") return true;
  return directoriesOf(bytes).some((directory) => directory.has(TAG.dng) || isSensor(directory));
}

/** A photograph as the sensor saw it, or the camera's own picture of it that lies in the file. */
export const readRaw: ReadHead = (bytes) => {
  const big = new Scan(bytes, "big");
  if (big.text(0, FUJI.length) === FUJI) {
    const part = { at: big.u32(84), length: big.u32(88) };
    return headOfPart(bytes, part);
  }
  const directories = directoriesOf(bytes);
  const sensors = directories.filter((each) => isSensor(each) || each.has(TAG.slices)).map(sizeOf);
  const sensor = sensors.toSorted((one, other) => other.width * other.height - one.width * one.height)[0];
  const orientation = directories.map((each) => first(each, TAG.orientation)).find((each) => each);
  const pictures = directories
    .filter((each) => !isSensor(each))
    .flatMap((each) => partsOf(each))
    .flatMap((part) => headOfPart(bytes, { ...part, ...(orientation ? { orientation } : {}) }) ?? []);
  const picture = pictures.toSorted((one, other) => other.width * other.height - one.width * one.height)[0];
  const least = Math.min(ENOUGH, longest(sensor) / 3);
  if (picture && longest(picture) >= least) return upright(picture);
  return sensor && { ...sensor, hasAlpha: false };
};

/** Sizes of what the file says is turned by a quarter. */
function upright(head: Head): Head {
  const { width, height, part } = head;
  return (part?.orientation ?? 1) > 4 ? { ...head, width: height, height: width } : head;
}

const longest = (size: { readonly width: number; readonly height: number } | undefined) =>
  Math.max(size?.width ?? 0, size?.height ?? 0);

const sizeOf = (directory: Directory) => ({
  width: first(directory, TAG.width) ?? 0,
  height: first(directory, TAG.height) ?? 0,
});

function partsOf(directory: Directory): readonly Part[] {
  const pairs = [
    [TAG.jpeg, TAG.jpegBytes],
    [TAG.strips, TAG.stripBytes],
  ] as const;
  return pairs.flatMap(([where, bytes]) => {
    const [at, ...others] = directory.get(where) ?? [];
    const length = first(directory, bytes);
    return at && length && others.length === 0 ? [{ at, length }] : [];
  });
}

const MOST_SEGMENTS = 200;

/** A JPEG that every decoder reads; lossless ones, which sensors are packed in, are not. */
function headOfPart(bytes: Uint8Array, part: Part): Head | undefined {
  if (part.at + part.length > bytes.length) return undefined;
  const scan = new Scan(bytes.subarray(part.at, part.at + part.length), "big");
  if (scan.u16(0) !== 0xffd8) return undefined;
  for (let at = 2, count = 0; count < MOST_SEGMENTS; count += 1) {
    const marker = scan.u16(at);
    if (marker >= 0xffc0 && marker <= 0xffc2) {
      return { width: scan.u16(at + 7), height: scan.u16(at + 5), hasAlpha: false, part };
    }
    const length = scan.u16(at + 2);
    if (marker <= 0xff01 || marker === 0xffda || length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}
