import type { Size } from "../geometry.ts";
import {
  add,
  double,
  hardSwish,
  look,
  type Maps,
  mean,
  mix,
  relu,
  sigmoid,
  Weights,
  weigh,
} from "./network.ts";
import type { CutoutPicture } from "./provider.ts";

/** Pixels of each side of what the network sees: the whole picture, whatever its proportions. */
const SEEN = 256;

/** Where the network sees people: for each of its pixels a share from 0 to 1. */
export interface People extends Size {
  readonly data: Float32Array;
}

let weights: Promise<Weights> | undefined;

/**
 * Finds people by a network of a hundred thousand weights, MediaPipe's for self-portraits (models/selfie.NOTICE). It is run here, number by number: that takes a fifth
 * of a second, and nothing has to be installed for it.
 */
export async function findPeople(picture: CutoutPicture): Promise<People> {
  weights ??= Weights.read("selfie.bin");
  const model = await weights;
  const data = peopleIn(model.rewound(), squareOf(picture)).data;
  return { width: SEEN, height: SEEN, data };
}

function peopleIn(model: Weights, picture: Maps): Maps {
  const first = look(model, picture, { size: 3, stride: 2, to: 16 }, hardSwish);
  const second = mix(
    model,
    weighed(model, look(model, mix(model, first, 16, relu), { size: 3, stride: 2 }, relu), 8),
    16,
  );
  const third = mix(model, look(model, mix(model, second, 72, relu), { size: 3, stride: 2 }, relu), 24);
  const fourth = add(mix(model, look(model, mix(model, third, 88, relu), { size: 3 }, relu), 24), third);
  let deep = mix(model, block(model, fourth, 96, 2), 32);
  for (const inside of [128, 128, 96, 96]) deep = add(mix(model, block(model, deep, inside, 1), 32), deep);
  const wide = mix(model, deep, 128, relu);
  deep = weigh(wide, mix(model, mean(deep), 128, sigmoid));
  for (const finer of [fourth, second, first]) deep = joined(model, deep, finer);
  return drawn(model, deep);
}

/** Wider, looked around in, and its channels weighed. */
function block(model: Weights, maps: Maps, inside: number, stride: number): Maps {
  const seen = look(model, mix(model, maps, inside, hardSwish), { size: 5, stride }, hardSwish);
  return weighed(model, seen, inside / 4);
}

function weighed(model: Weights, maps: Maps, inside: number): Maps {
  return weigh(maps, mix(model, mix(model, mean(maps), inside, relu), maps.channels, sigmoid));
}

/** What was seen in the whole, enlarged, and what was seen before in detail. */
function joined(model: Weights, deep: Maps, finer: Maps): Maps {
  const { channels } = finer;
  const large = mix(model, double(deep), channels);
  const shares = mix(model, mix(model, mean(add(finer, large)), channels, relu), channels, sigmoid);
  const both = mix(model, add(weigh(finer, shares), large), channels, relu);
  return add(both, look(model, both, { size: 3 }, relu));
}

/** Each place becomes four pixels. */
function drawn(model: Weights, { side, channels, data }: Maps): Maps {
  const filter = model.take(4 * channels);
  const [bias = 0] = model.take(1);
  if (!model.isUsedUp) throw new Error("The model has more weights than its network takes.");
  const pixels = new Float32Array(4 * side * side);
  for (let at = 0; at < pixels.length; at += 1) {
    const [x, y] = [at % (2 * side), Math.floor(at / (2 * side))];
    const place = ((y >> 1) * side + (x >> 1)) * channels;
    const corner = ((y & 1) * 2 + (x & 1)) * channels;
    let sum = bias;
    for (let channel = 0; channel < channels; channel += 1)
      sum += (data[place + channel] as number) * (filter[corner + channel] as number);
    pixels[at] = sigmoid(sum);
  }
  return { side: 2 * side, channels: 1, data: pixels };
}

/** Means of what each pixel covers, from 0 to 1. */
function squareOf({ data, width, height }: CutoutPicture): Maps {
  const square = new Float32Array(SEEN * SEEN * 3);
  const span = (at: number, side: number) => {
    const first = Math.min(side - 1, Math.floor((at * side) / SEEN));
    return [first, Math.max(first + 1, Math.floor(((at + 1) * side) / SEEN))] as const;
  };
  for (let y = 0; y < SEEN; y += 1) {
    const [top, bottom] = span(y, height);
    for (let x = 0; x < SEEN; x += 1) {
      const [left, right] = span(x, width);
      const share = 1 / (255 * (bottom - top) * (right - left));
      const at = (y * SEEN + x) * 3;
      for (let row = top; row < bottom; row += 1) {
        for (let from = (row * width + left) * 4; from < (row * width + right) * 4; from += 4) {
          for (let channel = 0; channel < 3; channel += 1)
            square[at + channel] =
              (square[at + channel] as number) + share * (data[from + channel] as number);
        }
      }
    }
  }
  return { side: SEEN, channels: 3, data: square };
}
