import type { Misfortune } from "./misfortune.ts";

/**
 * Draws one or two misfortunes for each round, two only where they do not need the same part. All of them are drawn before one is
 * drawn again; where there are fewer rounds than misfortunes, two at a time until each came.
 */
export function createDraw<Kind extends Pick<Misfortune, "parts">>(
  kinds: readonly Kind[],
  rounds: number,
  random: () => number,
): () => readonly Kind[] {
  let bag: readonly Kind[] = [];
  let fills = 0;

  const shuffled = (): readonly Kind[] =>
    kinds
      .map((kind) => ({ kind, place: random() }))
      .sort((one, other) => one.place - other.place)
      .map(({ kind }) => kind);
  return () => {
    if (bag.length === 0) {
      bag = shuffled();
      fills += 1;
    }
    const isScarce = fills === 1 && rounds < kinds.length;
    const [first, ...others] = bag;
    if (!first) return [];
    const fits = (other: Kind) => !other.parts.some((part) => first.parts.includes(part));
    const second = isScarce || random() < 0.5 ? others.find(fits) : undefined;
    const drawn = second ? [first, second] : [first];
    bag = bag.filter((each) => !drawn.includes(each));
    return drawn;
  };
}
