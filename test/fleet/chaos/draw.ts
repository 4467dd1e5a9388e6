import type { Misfortune } from "./misfortune.ts";

/**
 * Draws one or two misfortunes for each round, two only where they do not need the same part. All of them are drawn before one is
 * drawn again, and each once within the first `rounds` rounds where there are enough of them.
 */
export function createDraw(
  kinds: readonly Misfortune[],
  rounds: number,
  random: () => number,
): () => readonly Misfortune[] {
  let bag: Misfortune[] = [];
  let isFirst = true;
  let left = rounds;

  const fill = () => {
    bag = [...kinds];
    for (let at = bag.length - 1; at > 0; at -= 1) {
      const other = Math.floor(random() * (at + 1));
      [bag[at], bag[other]] = [bag[other] as Misfortune, bag[at] as Misfortune];
    }
  };
  fill();
  return () => {
    if (bag.length === 0) {
      isFirst = false;
      fill();
    }
    const isUrgent = isFirst && bag.length > left;
    left -= 1;
    const [first, ...others] = bag;
    if (!first) return [];
    const fits = (other: Misfortune) => !other.parts.some((part) => first.parts.includes(part));
    const second = isUrgent || random() < 0.5 ? others.find(fits) : undefined;
    const drawn = second ? [first, second] : [first];
    bag = bag.filter((each) => !drawn.includes(each));
    return drawn;
  };
}
