import type { InvalidationRequest } from "@freshet/core";

/** Pictures below the alias _site_: in folders within folders. */
export const PICTURES = Array.from(
  { length: 24 },
  (_, each) => `f${each % 4}/s${each % 3}/p${each}${each % 2 === 0 ? "x" : ""}.png`,
);

/** The user's tags: an original has several or none, and the last one is beyond those that answers carry. */
export const RULES = [
  { match: "/s0/", tag: "zero" },
  { match: "_site_/f1/", tag: "first" },
  { match: "x.png", tag: "crossed" },
  { match: "/f2/s", tag: "second" },
  { match: "/p1", tag: "ones" },
  { match: "/f3/", tag: "beyond" },
] as const;

/** One invalidation, and the pictures that it covers. */
export interface Change {
  readonly request: InvalidationRequest;
  readonly covers: readonly string[];
}

/** An invalidation of any scope, the narrow ones more often. */
export function randomChange(random: () => number): Change {
  const below = (count: number) => Math.floor(random() * count);
  const one = () => PICTURES[below(PICTURES.length)] ?? "";
  const dice = random();
  if (dice < 0.35) return ofOriginals([one()]);
  if (dice < 0.45) return ofOriginals([one(), one(), one()]);
  if (dice < 0.57) return ofPrefix(`f${below(4)}/`);
  if (dice < 0.65) return ofPrefix(`f${below(4)}/s${below(3)}/`);
  if (dice < 0.73) return ofPrefix(`f${below(4)}/s${below(3)}/p1`);
  if (dice < 0.86) return ofTags(below(RULES.length), below(RULES.length));
  if (dice < 0.96) return ofUrl(one(), below(5));
  return { request: { scope: "all" }, covers: PICTURES };
}

export const urlOf = (picture: string, variant: number) =>
  `/v7/_site_/${picture}?w=${2 + variant}&force_format=png`;

function ofOriginals(covers: readonly string[]): Change {
  return { request: { scope: "original", urls: covers.map((each) => `/_site_/${each}`) }, covers };
}

function ofPrefix(prefix: string): Change {
  return {
    request: { scope: "original", urls: [`/_site_/${prefix}*`] },
    covers: PICTURES.filter((each) => each.startsWith(prefix)),
  };
}

function ofTags(...places: readonly number[]): Change {
  const rules = places.flatMap((place) => RULES[place] ?? []);
  return {
    request: { scope: "tags", tags: rules.map(({ tag }) => tag) },
    covers: PICTURES.filter((each) => rules.some(({ match }) => `/_site_/${each}`.includes(match))),
  };
}

/** An exact URL covers its original: all of its variants are compared. */
function ofUrl(picture: string, variant: number): Change {
  return { request: { scope: "urls", urls: [urlOf(picture, variant)] }, covers: [picture] };
}
