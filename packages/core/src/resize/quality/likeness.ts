import type { Raw } from "../engine.ts";
import { halved, type Light, lightOf, type Sense, sensed } from "./light.ts";
import { type Difference, differenceOf, type Structure, structureOf } from "./structure.ts";

interface Term {
  /** 0 is the picture itself, 1 half of its size, and so on. */
  readonly scale: number;
  readonly sense: Sense;
  readonly norm: keyof Difference;
  readonly kind: "ssim" | "fresh" | "lost";
  readonly weight: number;
}

const term = (scale: number, sense: Sense, norm: Term["norm"], kind: Term["kind"], weight: number): Term => ({
  scale,
  sense,
  norm,
  kind,
  weight,
});

/**
 * What counts, and how much: those eighteen of the 108 measurements of SSIMULACRA2 that its points hang on. It needs full size for
 * brightness alone and colours from a quarter of a side down, a third of the work. Over 2,664 encodings of photographs its points
 * are within 0.6 of the whole sum's in nine of ten, and within 1.2 in all.
 */
const TERMS: readonly Term[] = [
  term(0, "bright", "worst", "ssim", 7.47),
  term(0, "bright", "worst", "lost", 17.45),
  term(1, "bright", "worst", "ssim", 6.68),
  term(1, "bright", "worst", "lost", 1.03),
  term(2, "bright", "mean", "ssim", 225.2),
  term(2, "bright", "worst", "ssim", 19.21),
  term(3, "bright", "mean", "ssim", 176.4),
  term(3, "bright", "worst", "ssim", 24.43),
  term(4, "bright", "worst", "ssim", 34.78),
  term(4, "bright", "worst", "fresh", 44.84),
  term(2, "redness", "worst", "ssim", 1.84),
  term(2, "redness", "worst", "fresh", 11.44),
  term(3, "redness", "worst", "ssim", 1.88),
  term(3, "redness", "worst", "fresh", 10.95),
  term(3, "blueness", "worst", "ssim", 8.83),
  term(3, "blueness", "worst", "fresh", 23.19),
  term(4, "blueness", "mean", "ssim", 95.11),
  term(4, "blueness", "worst", "fresh", 171.27),
];

/** What the left out terms come to. */
const REST = 1.02;
/** Smallest side of a scale. */
const SMALLEST = 8;

const SCALES = [0, 1, 2, 3, 4].map((scale) => [
  ...new Set(TERMS.filter((each) => each.scale === scale).map(({ sense }) => sense)),
]);

type Senses = ReadonlyMap<Sense, Structure>;

/**
 * Judges how alike other pictures of the same size are to one, in points about as SSIMULACRA2 gives them: 100 for the same, 90 where no
 * difference can be seen, 70 high and 50 medium quality. Transparency is left out. Rejects when time is up.
 */
export async function likenessTo(original: Raw, deadline: number): Promise<(other: Raw) => Promise<number>> {
  const known: Senses[] = [];
  for await (const senses of perceived(original, deadline)) known.push(senses);
  return async (other) => {
    let [scale, sum] = [0, 0];
    for await (const senses of perceived(other, deadline)) {
      for (const [sense, structure] of senses) {
        const opposite = known[scale]?.get(sense);
        if (!opposite) continue;
        const difference = await differenceOf(opposite, structure, deadline);
        for (const each of TERMS) {
          if (each.scale === scale && each.sense === sense)
            sum += each.weight * difference[each.norm][each.kind];
        }
      }
      scale += 1;
    }
    return pointsOf(sum * REST);
  };
}

async function* perceived(raw: Raw, deadline: number): AsyncGenerator<Senses> {
  let light: Light | undefined;
  for (const names of SCALES) {
    light = light ? await halved(light, deadline) : await lightOf(raw, deadline);
    if (Math.min(light.width, light.height) < SMALLEST) return;
    const senses = new Map<Sense, Structure>();
    for (const sense of names)
      senses.set(sense, await structureOf(await sensed(light, sense, deadline), light, deadline));
    yield senses;
  }
}

/** SSIMULACRA2's own way from the sum to points. */
function pointsOf(sum: number): number {
  const scaled = 0.9562382616834844 * sum;
  const bent =
    2.326765642916932 * scaled - 0.020884521182843837 * scaled ** 2 + 6.248496625763138e-5 * scaled ** 3;
  return bent > 0 ? 100 - 10 * bent ** 0.6276336467831387 : 100;
}
