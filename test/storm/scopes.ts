import type { InvalidationRequest } from "@freshet/core";

/** What a storm blows over. */
export interface Field {
  /** Originals below the alias _site_: in folders within folders. */
  readonly pictures: readonly string[];
  /** The invalidation of that number: the first ones are of each kind in turn, the others of any, of the narrow ones more often. */
  change(random: () => number, number: number): Change;
}

/** The user's tags: an original has several or none, and the last one is beyond those that answers carry. */
export const RULES = [
  { match: "/s0/", tag: "zero" },
  { match: "_site_/f1/", tag: "first" },
  { match: "x.png", tag: "crossed" },
  { match: "/f2/s", tag: "second" },
  { match: "/p1", tag: "ones" },
  { match: "/f3/", tag: "beyond" },
] as const;

/** Renditions of each picture that a storm asks for. */
export const VARIANTS = 5;

/** One invalidation, and the pictures that it covers. */
export interface Change {
  readonly kind: (typeof KINDS)[number][0];
  readonly request: InvalidationRequest;
  readonly covers: readonly string[];
}

/** Places of the dice up to which each kind comes, and how often it comes that way. */
export const KINDS = [
  ["original", 0.35],
  ["originals", 0.45],
  ["folder", 0.57],
  ["folder in a folder", 0.65],
  ["beginning", 0.73],
  ["tags", 0.86],
  ["url", 0.96],
  ["all", 1],
] as const;

export function fieldOf(count: number): Field {
  const pictures = Array.from(
    { length: count },
    (_, each) => `f${each % 4}/s${each % 3}/p${each}${each % 2 === 0 ? "x" : ""}.png`,
  );
  const ofOriginals = (covers: readonly string[]) => ({
    request: { scope: "original", urls: covers.map((each) => `/_site_/${each}`) } as const,
    covers,
  });
  const ofPrefix = (prefix: string) => ({
    request: { scope: "original", urls: [`/_site_/${prefix}*`] } as const,
    covers: pictures.filter((each) => each.startsWith(prefix)),
  });
  const ofTags = (...places: readonly number[]) => {
    const rules = places.flatMap((place) => RULES[place] ?? []);
    return {
      request: { scope: "tags", tags: rules.map(({ tag }) => tag) } as const,
      covers: pictures.filter((each) => rules.some(({ match }) => `/_site_/${each}`.includes(match))),
    };
  };
  return {
    pictures,
    change(random, number) {
      const below = (most: number) => Math.floor(random() * most);
      const one = () => pictures[below(pictures.length)] ?? "";
      const make: Readonly<Record<Change["kind"], () => Omit<Change, "kind">>> = {
        original: () => ofOriginals([one()]),
        originals: () => ofOriginals([one(), one(), one()]),
        folder: () => ofPrefix(`f${below(4)}/`),
        "folder in a folder": () => ofPrefix(`f${below(4)}/s${below(3)}/`),
        beginning: () => ofPrefix(`f${below(4)}/s${below(3)}/p1`),
        tags: () => ofTags(below(RULES.length), below(RULES.length)),
        // An exact URL covers its original: all of its variants are compared.
        url: () => {
          const picture = one();
          return { request: { scope: "urls", urls: [urlOf(picture, below(VARIANTS))] }, covers: [picture] };
        },
        all: () => ({ request: { scope: "all" }, covers: pictures }),
      };
      const dice = random();
      const [kind] = KINDS[number] ?? KINDS.find(([, upTo]) => dice < upTo) ?? KINDS[0];
      return { kind, ...make[kind]() };
    },
  };
}

export const urlOf = (picture: string, variant: number) =>
  `/v7/_site_/${picture}?w=${2 + variant}&force_format=png`;
