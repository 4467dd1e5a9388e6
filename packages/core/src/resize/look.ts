import { writeTransformation } from "../transformation.ts";
import { dominantFace, facesWithin, SURE, unpackFaces } from "./faces/face.ts";
import { canFindFaces } from "./faces/network.ts";
import { facesIn, facesQuestion } from "./faces/see.ts";
import { wantsFaces } from "./faces/wishes.ts";
import { type Box, middleOf, type Size, scaledFrom, whole } from "./geometry.ts";
import type { Insight, Memory } from "./insight.ts";
import type { RenderContext } from "./operations/apply.ts";
import { draw, drawSource } from "./operations/index.ts";
import type { Painting } from "./passes.ts";
import type { Picture } from "./picture.ts";
import { ON_WHITE, pixelsOf } from "./pixels.ts";
import type { Writer } from "./quality/curves.ts";
import { classOf, search, searchSize } from "./quality/search.ts";
import { type Lessons, TARGETS, writerOf } from "./quality/target.ts";
import { findColor } from "./sight/color.ts";
import { findContent } from "./sight/content.ts";
import { findFocus } from "./sight/focus.ts";

/** A border is looked for among so many pixels at most; in a larger picture its edge is known to two or three pixels. */
const MOST_PIXELS = 12_000_000;
/** Longest side of the picture in which colour and focus are looked for. */
const SKETCH = 128;

/**
 * Looks at the pixels for what the transformation wants to know, and for nothing else: most want nothing. `memory` spares the
 * look where it knows the answer.
 */
export async function look(
  painting: Painting,
  context: RenderContext,
  memory: Memory | undefined,
): Promise<Insight> {
  const { page, extract, trim, cutout, resize } = context.transformation;
  // What is seen in a picture that was cut out depends on what it was cut along.
  const along = cutout && painting.mask ? `&${writeTransformation({ cutout })}:${painting.mask.name}` : "";
  const recalled: Recall = async (what, find) => {
    const within = { ...(page && { page }), ...(extract && { extract }), ...(trim && { trim }) };
    const question = `${what}?${writeTransformation(within)}${what.startsWith("content") ? "" : along}`;
    const known = memory?.recall(question);
    if (known) return known;
    const answer = await find();
    memory?.remember(question, answer);
    return answer;
  };

  let insight: Insight = {};
  if (trim?.trim !== undefined) {
    const whole = { ...drawSource(painting.header, context), isCutOut: false };
    const tolerance = trim.trim;
    const answer = await recalled(`content${whole.pages > 1 ? "s" : ""}`, () =>
      contentOf(painting, whole, tolerance),
    );
    const [left = 0, top = 0, width, height = 0] = answer;
    if (width !== undefined) insight = { content: { left, top, width, height } };
  }
  const source = { ...drawSource(painting.header, { ...context, insight }), pages: 1 };
  const isTrimmed = Object.values(source.trimmed ?? {}).includes(true);
  const faces = wantsFaces(context.transformation)
    ? await facesFrom(painting, memory, page?.doc_page)
    : undefined;
  if (faces) insight = { ...insight, faces };
  const sure = facesWithin(faces ?? [], SURE, source);
  const dominant = resize?.gravity === "face" ? dominantFace(sure) : undefined;
  if (dominant) {
    const { x, y } = middleOf(dominant);
    insight = { ...insight, focus: { x: source.within.left + x, y: source.within.top + y } };
  } else if (
    resize?.gravity === "auto" ||
    resize?.gravity === "face" ||
    (resize?.gravity === "trim" && !isTrimmed)
  ) {
    const [x = 0, y = 0] = await recalled("focus", () => focusOf(painting, source, sure));
    insight = { ...insight, focus: { x, y } };
  }
  if (resize?.bg_color === "auto") {
    const [red, green = 0, blue = 0] = await recalled("color", () => colorOf(painting, source));
    if (red !== undefined) insight = { ...insight, color: { red, green, blue } };
  }
  const lessons = await lessonsFrom(painting, { ...context, insight }, source, recalled);
  return lessons ? { ...insight, lessons } : insight;
}

/** Asks the memory first, and tells it what was found. */
type Recall = (what: string, find: () => Promise<readonly number[]>) => Promise<readonly number[]>;

/** Of the whole original, so that one look serves every cut; none where nothing can find them. */
async function facesFrom(painting: Painting, memory: Memory | undefined, page: number | undefined) {
  const question = facesQuestion(page);
  const known = memory?.recall(question);
  if (known) return unpackFaces(known);
  if (!canFindFaces()) return [];
  const found = await facesIn(painting, page);
  memory?.remember(question, found);
  return unpackFaces(found);
}

/** What `optipress` has to know: the original is tried out at the scale at which it is wanted, or a little beside it. */
async function lessonsFrom(
  painting: Painting,
  context: RenderContext,
  source: Picture,
  recalled: Recall,
): Promise<Lessons | undefined> {
  const level = context.transformation.encode?.optipress;
  if (level === undefined) return undefined;
  const side = classOf(Math.sqrt(source.size.width * source.size.height) * scaleOf(painting, context));
  const found: { [W in Writer]?: number } = {};
  for (const format of [context.format, context.rival]) {
    const writer = format && writerOf(format, true);
    if (writer === undefined) continue;
    const [lesson] = await recalled(`quality,${writer},${level},${side}`, async () => {
      const raw = await pixelsOf(painting, source, searchSize(source.size, side), ON_WHITE);
      const { lesson, encodings } = await search(raw, writer, TARGETS[level], painting.deadline);
      return lesson === undefined ? [] : [lesson, encodings];
    });
    if (lesson !== undefined) found[writer] = lesson;
  }
  return found;
}

/** By how much a side of the original is scaled; to enlarge adds nothing that could be lost. */
function scaleOf(painting: Painting, context: RenderContext): number {
  const { passes } = draw(painting.header, context);
  const areas = passes.map(
    ({ extract, scaled }) => (scaled.width * scaled.height) / (extract.width * extract.height),
  );
  return Math.min(1, Math.sqrt(areas.reduce((product, area) => product * area, 1)));
}

async function contentOf(
  painting: Painting,
  picture: Picture,
  tolerance: number,
): Promise<readonly number[]> {
  const { size, pages } = picture;
  const step = Math.max(1, Math.ceil(Math.sqrt((size.width * size.height * pages) / MOST_PIXELS)));
  const raw = await pixelsOf(painting, picture, {
    width: Math.ceil(size.width / step),
    height: Math.ceil(size.height / step),
  });
  const found = await findContent(raw, tolerance, painting.deadline);
  return found ? enlarged(found, raw, size) : [];
}

/** The box in pixels of the picture, whole ones and none too few. */
function enlarged(box: Box, from: Size, to: Size): readonly number[] {
  const [perX, perY] = [to.width / from.width, to.height / from.height];
  const [left, top] = [Math.floor(box.left * perX), Math.floor(box.top * perY)];
  const right = Math.min(to.width, Math.ceil((box.left + box.width) * perX));
  const bottom = Math.min(to.height, Math.ceil((box.top + box.height) * perY));
  return [left, top, right - left, bottom - top];
}

async function focusOf(
  painting: Painting,
  source: Picture,
  faces: readonly Box[],
): Promise<readonly number[]> {
  const raw = await sketchOf(painting, source);
  const { within, size } = source;
  const inSketch = faces.map((face) => scaledFrom(face, whole(size), raw));
  const { x, y } = findFocus(raw, inSketch);
  return [within.left + (x * size.width) / raw.width, within.top + (y * size.height) / raw.height];
}

/** Red, green and blue of the colour that covers most; nothing where nothing can be seen. */
export async function colorOf(painting: Painting, source: Picture): Promise<readonly number[]> {
  const color = findColor(await sketchOf(painting, source));
  return color ? [color.red, color.green, color.blue] : [];
}

/** The picture, no side longer than `longest`. */
export function sketchOf(painting: Painting, source: Picture, longest: number = SKETCH) {
  const { width, height } = source.size;
  const factor = Math.min(1, longest / Math.max(width, height));
  const side = (pixels: number) => Math.max(1, Math.round(pixels * factor));
  return pixelsOf(painting, source, { width: side(width), height: side(height) });
}
