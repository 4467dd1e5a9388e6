import fc from "fast-check";
import { isOfVideos, readable, SECTIONS } from "./knobs.ts";
import { type Look, NOTHING } from "./look.ts";

/** Every parameter with its example, and with what asks for nothing where there is such a value. */
const EXAMPLES: readonly (readonly [name: string, text: string])[] = SECTIONS.flatMap(({ knobs }) =>
  knobs.flatMap(({ name, parameter }) =>
    [parameter.example, ...(parameter.neutral === undefined ? [] : [parameter.neutral])].flatMap((text) => {
      const value = readable(name, text);
      return value === undefined ? [] : [[name, value] as const];
    }),
  ),
);

export const values: fc.Arbitrary<Look["values"]> = fc
  .subarray([...EXAMPLES], { maxLength: 8 })
  .map((entries) => Object.fromEntries(entries));

/** Names as people give them to files. */
const NAMES = [
  "https://shop.example/media/hat.jpg",
  "_media_/hat.jpg",
  "shop.example/a b/ü.png",
  'https://shop.example/it\'s "x" {{ y }} %7D.jpg',
  "https://shop.example/hat.jpg?size=l&v=2",
  "https://shop.example/<script>alert(1)</script>.jpg",
  "https://shop.example/?>.jpg",
  "https://shop.example/$(id)`id`\\.jpg",
];

const originals = fc.constantFrom(...NAMES);
const ofPictures = values.map((all) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !isOfVideos(name))),
);

export const looks: fc.Arbitrary<Look> = fc.record({
  original: originals,
  values: ofPictures,
  preset: fc.constantFrom(undefined, undefined, "teaser"),
  cacheSeconds: fc.constantFrom(undefined, undefined, "60"),
  version: fc.constantFrom(undefined, "c1f2e3d4c5b6a", "a b&c"),
});

export const lookOf = (original: string, wish: Look["values"] = {}): Look => ({
  ...NOTHING,
  original,
  values: wish,
});
