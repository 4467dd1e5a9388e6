import type { Size } from "../geometry.ts";
import { grabCut, type Hint } from "./grab-cut.ts";
import { keyOut } from "./key.ts";
import { type Lab, labOf } from "./lab.ts";
import { findPeople, type People } from "./person.ts";
import type { CutoutMask, CutoutPicture, Found } from "./provider.ts";
import { cutAlong } from "./refine.ts";

/** Longest side of the picture in which colours are learned and the cut is made. */
const COARSE = 320;
/**
 * From which confidence on a cut is believed: a picture that is left as it is is better than one that is torn. Tuned on twenty photographs; people
 * that are seen clearly need none.
 */
const BELIEVED = { hinted: 0.78, agreed: 0.81, alone: 0.84 };
/** Shares of the picture that people may take up, and of those how much has to be seen clearly to be certain, or to be a hint. */
const PEOPLE = { least: 0.03, most: 0.93, certain: 0.8, likely: 0.65 };
/** So much of a cut has to lie where people are likely for both to agree. */
const AGREED = 0.85;

/**
 * Freshet's own `CutoutProvider`. A plain ground is keyed out; where there is none, the subject is cut out by colours and edges, from where
 * people are seen for certain and else from inside of a border, and the outline is drawn anew in full. Undefined where nothing stands out clearly.
 */
export async function findSubject(picture: CutoutPicture): Promise<CutoutMask | undefined> {
  const { width, height } = picture;
  const size = { width, height };
  if (Math.min(width, height) < 8) return undefined;
  if (isCutOut(picture))
    return {
      ...size,
      data: Uint8Array.from({ length: width * height }, (_, at) =>
        picture.data[at * 4 + 3] === 0 ? 0 : 255,
      ),
    };
  const raw = { ...picture, channels: 4 as const, pages: 1 };
  const lab = labOf(raw);
  const keyed = keyOut(lab, size);
  if (keyed) return outlined(picture, keyed.mask.data, 2);
  const small = smaller(size);
  const found = cutOf(reduced(lab, size, small), small, await findPeople(picture));
  if (!found) return undefined;
  const reach = Math.max(2, Math.ceil((1.5 * width) / small.width));
  return outlined(picture, enlarged(found.mask, size), reach);
}

/** Whether so much is transparent already that it has been cut out before: it is taken at its word. */
function isCutOut({ data }: CutoutPicture): boolean {
  let bare = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] === 0) bare += 4;
  return bare > 0.02 * data.length;
}

/** From what is seen of people if that is clear, else from inside of a border. */
function cutOf(colors: Lab, size: Size, people: People): Found | undefined {
  const clear = clarityOf(people);
  if (clear > PEOPLE.likely) {
    const hinted = grabCut(colors, size, hintsOf(people, size));
    if (hinted && (clear > PEOPLE.certain || hinted.confidence > BELIEVED.hinted)) return hinted;
  }
  const alone = grabCut(colors, size);
  if (!alone || alone.confidence < BELIEVED.agreed) return undefined;
  return alone.confidence > BELIEVED.alone || agrees(alone.mask, people) ? alone : undefined;
}

/** Of what is seen the share that is seen clearly; 0 where it is nothing or everything. */
function clarityOf({ data }: People): number {
  let [seen, clear] = [0, 0];
  for (const value of data) {
    if (value > 0.5) seen += 1;
    if (value > 0.9) clear += 1;
  }
  return seen < PEOPLE.least * data.length || seen > PEOPLE.most * data.length ? 0 : clear / seen;
}

function agrees({ data, width, height }: CutoutMask, people: People): boolean {
  let [all, both] = [0, 0];
  for (const [at, value] of data.entries()) {
    if (value === 0) continue;
    const x = Math.floor(((at % width) * people.width) / width);
    const y = Math.floor((Math.floor(at / width) * people.height) / height);
    all += 1;
    if ((people.data[y * people.width + x] ?? 0) > 0.3) both += 1;
  }
  return both > AGREED * all;
}

function hintsOf(people: People, size: Size): Uint8Array {
  const bytes = { ...people, data: Uint8Array.from(people.data, (value) => 255 * value) };
  return Uint8Array.from({ length: size.width * size.height }, (_, at): Hint => {
    const [x, y] = [(at % size.width) + 0.5, Math.floor(at / size.width) + 0.5];
    const value = between(
      bytes.data,
      bytes,
      (x * people.width) / size.width,
      (y * people.height) / size.height,
    );
    if (value < 5) return 0;
    if (value > 245) return 3;
    return value > 127 ? 2 : 1;
  });
}

/** The mask with its outline as fine as the picture. */
function outlined(picture: CutoutPicture, mask: Uint8Array, reach: number): CutoutMask {
  const { width, height } = picture;
  const opaque = picture.data.map((value, at) => (at % 4 === 3 ? 255 : value));
  const cut = cutAlong({ data: opaque, width, height, channels: 4 }, mask, reach);
  return { width, height, data: mask.map((_, pixel) => cut[pixel * 4 + 3] ?? 0) };
}

function smaller({ width, height }: Size): Size {
  const factor = Math.min(1, COARSE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** Means of what each pixel covers, to the nearest whole one. */
function reduced(lab: Lab, from: Size, to: Size): Lab {
  const small = new Float32Array(to.width * to.height * 3);
  for (let y = 0; y < to.height; y += 1) {
    const [top, bottom] = spanOf(y, to.height, from.height);
    for (let x = 0; x < to.width; x += 1) {
      const [left, right] = spanOf(x, to.width, from.width);
      const at = (y * to.width + x) * 3;
      const count = (bottom - top) * (right - left);
      for (let row = top; row < bottom; row += 1) {
        for (let pixel = row * from.width + left; pixel < row * from.width + right; pixel += 1) {
          small[at] = (small[at] as number) + (lab[pixel * 3] as number) / count;
          small[at + 1] = (small[at + 1] as number) + (lab[pixel * 3 + 1] as number) / count;
          small[at + 2] = (small[at + 2] as number) + (lab[pixel * 3 + 2] as number) / count;
        }
      }
    }
  }
  return small;
}

function spanOf(at: number, of: number, side: number): readonly [number, number] {
  const first = Math.min(side - 1, Math.floor((at * side) / of));
  return [first, Math.max(first + 1, Math.floor(((at + 1) * side) / of))];
}

/** Between the pixels of the small mask, so that its outline has no steps. */
function enlarged({ data, width, height }: CutoutMask, to: Size): Uint8Array {
  const large = new Uint8Array(to.width * to.height);
  for (let y = 0; y < to.height; y += 1) {
    for (let x = 0; x < to.width; x += 1) {
      const value = between(
        data,
        { width, height },
        ((x + 0.5) * width) / to.width,
        ((y + 0.5) * height) / to.height,
      );
      large[y * to.width + x] = value > 127 ? 255 : 0;
    }
  }
  return large;
}

/** The value at a point between pixels, whose middles are at halves; beyond the edge that of the edge. */
export function between(data: Uint8Array, { width, height }: Size, x: number, y: number): number {
  const [column, row] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const left = Math.min(width - 1, Math.max(0, column));
  const right = Math.min(width - 1, Math.max(0, column + 1));
  const top = Math.min(height - 1, Math.max(0, row)) * width;
  const bottom = Math.min(height - 1, Math.max(0, row + 1)) * width;
  const first = data[top + left] as number;
  const [second, third, fourth] = [data[top + right], data[bottom + left], data[bottom + right]] as [
    number,
    number,
    number,
  ];
  // Most of a mask is plain.
  if (first === second && first === third && first === fourth) return first;
  const [across, down] = [x - 0.5 - column, y - 0.5 - row];
  return (
    (first * (1 - across) + second * across) * (1 - down) + (third * (1 - across) + fourth * across) * down
  );
}
