import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tensor1D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { RenderError } from "../errors.ts";
import { type Grid, NUMBERS, SEEN } from "./anchors.ts";

// BlazeFace for pictures taken at some distance: its weights, in the order in which they are used. models/NOTICE says where they come from.
const WEIGHTS = new URL("../../../models/blazeface.bin", import.meta.url);
const PACKAGES = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"] as const;

let isThere: boolean | undefined;

/** Whether the optional packages that the finder runs on are installed. Without them nobody finds a face. */
export function canFindFaces(): boolean {
  try {
    isThere ??= PACKAGES.every((name) => import.meta.resolve(name) !== "");
  } catch {
    isThere = false;
  }
  return isThere;
}

/** Sees `SEEN` by `SEEN` pixels, three numbers from -1 to 1 each. */
export type Network = (pixels: Float32Array) => readonly Grid[];

let opening: Promise<Network> | undefined;

/** The network, loaded once a process, with about 90 MB for it and all that it runs on. Rejects with a `RenderError` where it cannot be. */
export function openNetwork(): Promise<Network> {
  opening ??= open().catch((cause: unknown) => {
    // Not as if nobody were there: faces may have to be hidden.
    const sentence = `What finds faces cannot be loaded. Install ${PACKAGES.join(" and ")} again.`;
    throw new RenderError("IMAGE_UNREADABLE", sentence, { cause });
  });
  return opening;
}

/** Blocks by how many channels come out; a negative number halves the sides. Answers are read after the last two groups. */
const BLOCKS = [
  ...[24, 24, 24, 24, 24, 24, 24, -24],
  ...[24, 24, 24, 24, 24, 24, 24, -48],
  ...[48, 48, 48, 48, 48, 48, 48, -96],
  ...[96, 96, 96, 96, 96, 96, 96],
];
const FIRST = 24;
const DEEPEST = 96;
/** Anchors of one place of a grid, by the cells in its row. */
const FINE = { cells: 16, anchors: 2 } as const;
const COARSE = { cells: 8, anchors: 6 } as const;

async function open(): Promise<Network> {
  const [tf, { setWasmPaths }, weights] = await Promise.all([
    import("@tensorflow/tfjs-core"),
    import("@tensorflow/tfjs-backend-wasm"),
    readFile(WEIGHTS),
  ]);
  const home = dirname(fileURLToPath(import.meta.resolve(PACKAGES[1])));
  setWasmPaths(join(home, "/"));
  await withoutListeners(async () => {
    await tf.setBackend("wasm");
    await tf.ready();
  });

  const numbers = new Float32Array(new Uint8Array(weights).buffer);
  let used = 0;
  const take = (length: number) => {
    used += length;
    return numbers.subarray(used - length, used);
  };
  const filter = (side: number, from: number, to: number): Tensor4D =>
    tf.tensor4d(take(side * side * from * to), [side, side, from, to]);
  const bias = (length: number): Tensor1D => tf.tensor1d(take(length));
  /** Mixes the channels of each place. */
  const point = (from: number, to: number) => ({ filter: filter(1, from, to), bias: bias(to) });
  /** Looks around each place, channel by channel, and then mixes them. */
  const block = (from: number, to: number) => ({ around: filter(3, from, 1), ...point(from, to) });

  const first = { filter: filter(5, 3, FIRST), bias: bias(FIRST) };
  const channels = [FIRST, ...BLOCKS.map(Math.abs)];
  const blocks = BLOCKS.map((wanted, at) => {
    const [from, to] = [channels[at] ?? FIRST, Math.abs(wanted)];
    return { ...block(from, to), stride: wanted < 0 ? 2 : 1, added: to - from };
  });
  const head = ({ anchors }: { readonly anchors: number }) => ({
    scores: point(DEEPEST, anchors),
    boxes: point(DEEPEST, anchors * NUMBERS),
  });
  const fine = head(FINE);
  const last = block(DEEPEST, DEEPEST);
  const coarse = head(COARSE);
  if (used !== numbers.length)
    throw new Error("The weights of the face finder are not those it was made for.");

  type Weights = { readonly filter: Tensor4D; readonly bias: Tensor1D };
  const convolve = (x: Tensor3D, { filter, bias }: Weights, strides = 1, activation?: "relu") =>
    tf.fused.conv2d({ x, filter, bias, strides, pad: "same", ...(activation && { activation }) });
  const answer = (x: Tensor3D, { scores, boxes }: ReturnType<typeof head>, cells: number): Grid => ({
    cells,
    scores: convolve(x, scores).dataSync<"float32">(),
    boxes: convolve(x, boxes).dataSync<"float32">(),
  });

  return (pixels) =>
    // What is made in here is given back at its end.
    tf.tidy("faces", () => {
      let x = convolve(tf.tensor3d(pixels, [SEEN, SEEN, 3]), first, 2, "relu");
      for (const { around, stride, added, ...weights } of blocks) {
        const seen = convolve(tf.depthwiseConv2d(x, around, stride, "same"), weights);
        const shortcut = stride === 1 ? x : tf.maxPool(x, 2, 2, "same");
        const wide =
          added === 0
            ? shortcut
            : tf.pad3d(shortcut, [
                [0, 0],
                [0, 0],
                [0, added],
              ]);
        x = tf.relu(tf.add(seen, wide)) as Tensor3D;
      }
      const fineGrid = answer(x, fine, FINE.cells);
      const small = convolve(tf.depthwiseConv2d(x, last.around, 2, "same"), last, 1, "relu");
      return [fineGrid, answer(small, coarse, COARSE.cells)] as never;
    }) as unknown as readonly Grid[];
}

/** What ends a process is not for a library to decide: what it listens to meanwhile, it listens to no longer afterwards. */
async function withoutListeners(load: () => Promise<void>): Promise<void> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as "uncaughtException")));
  await load();
  for (const [at, event] of events.entries()) {
    for (const listener of process.listeners(event as "uncaughtException"))
      if (!before[at]?.has(listener)) process.removeListener(event, listener);
  }
}
