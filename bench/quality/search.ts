import type { Transformation } from "@freshet/core";
import { DEFAULT_LIMITS, render } from "@freshet/core/resize";
import sharp from "sharp";
import type { Options } from "../options.ts";
import type { Photograph } from "./photographs.ts";
import { pixelsOf } from "./pixels.ts";
import { judge } from "./ssimulacra2.ts";

const WIDTH = 800;
/** What is judged here is quality: a busy machine may take its time. */
const limits = { ...DEFAULT_LIMITS, timeoutMs: 600_000 };
const FORMATS = ["jpeg", "webp", "avif"] as const;
const TARGETS = { 1: 78, 2: 70, 3: 62 } as const;
/** Qualities of plain JPEG between which bytes are interpolated. */
const PLAIN = [25, 40, 52, 62, 72, 80, 88, 94];

/** One picture as it was delivered, judged. */
export interface Delivery {
  readonly photograph: string;
  readonly unseen: boolean;
  readonly format: (typeof FORMATS)[number];
  /** 0 where nothing was asked for. */
  readonly level: 0 | 1 | 2 | 3;
  /** Points of SSIMULACRA2 above the target. */
  readonly off: number;
  /** Trials of the search and the encoding that is sent. */
  readonly encodings: number;
  readonly bytes: number;
  /** Divided by the bytes of a plain JPEG with as many points. */
  readonly bytesToJpeg: number;
}

/** Every photograph, format and level: what was delivered against what was aimed at. */
export async function measureSearch(
  all: readonly Photograph[],
  { quick, pace }: Options,
  progress: (text: string) => void,
): Promise<readonly Delivery[]> {
  const step = quick ? 4 : pace < 1 ? 2 : 1;
  const some = all.filter((_, at) => at % step === 0);
  const found: Delivery[] = [];
  for (const [at, photograph] of some.entries()) {
    if (at % 5 === 0) progress(`judging photograph ${at + 1} of ${some.length}`);
    found.push(...(await deliveriesOf(photograph, quick ? [0, 2] : [0, 1, 2, 3])));
  }
  return found;
}

async function deliveriesOf(
  { name, bytes, unseen }: Photograph,
  levels: readonly Delivery["level"][],
): Promise<readonly Delivery[]> {
  const resize = { w: WIDTH, org_if_sml: true };
  const lossless = await render(bytes, { resize }, { format: "png", limits });
  const original = await pixelsOf(lossless.bytes);
  const pointsOf = judge(original);
  const plain = await plainJpegs(original, pointsOf);
  const found: Delivery[] = [];
  for (const level of levels) {
    for (const format of FORMATS) {
      let encodings = 1;
      const memory = {
        recall: () => undefined,
        remember: (_question: string, [, trials = 0]: readonly number[]) => {
          encodings += trials;
        },
      };
      const asked: Transformation = { resize, ...(level === 0 ? {} : { encode: { optipress: level } }) };
      const rendered = await render(bytes, asked, { format, memory, limits });
      const points = pointsOf(await pixelsOf(rendered.bytes));
      found.push({
        photograph: name,
        unseen,
        format,
        level,
        off: points - TARGETS[level === 0 ? 1 : level],
        encodings,
        bytes: rendered.bytes.length,
        bytesToJpeg: rendered.bytes.length / bytesAt(plain, points),
      });
    }
  }
  return found;
}

interface Judged {
  readonly points: number;
  readonly bytes: number;
}

/** Plain JPEGs of a picture, from few bytes to many. */
export async function plainJpegs(
  { data, width, height }: Awaited<ReturnType<typeof pixelsOf>>,
  pointsOf: ReturnType<typeof judge>,
): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const quality of PLAIN) {
    const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer();
    judged.push({ points: pointsOf(await pixelsOf(jpeg)), bytes: jpeg.length });
  }
  return judged;
}

/** Bytes of a plain JPEG with so many points; the logarithm is interpolated. NaN beyond what was tried. */
export function bytesAt(plain: readonly Judged[], points: number): number {
  const after = plain.findIndex((each) => each.points >= points);
  const [low, high] = [plain[after - 1], plain[after]];
  if (!low || !high) return Number.NaN;
  const share = (points - low.points) / (high.points - low.points);
  return low.bytes ** (1 - share) * high.bytes ** share;
}
