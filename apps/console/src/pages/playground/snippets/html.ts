import { type Candidate, candidatesOf } from "../candidates.ts";
import { withValue, writeLook } from "../look.ts";
import { goesByWidth, type Picture, type Snippet, widthsOf } from "./picture.ts";

/** An `img` whose format the server negotiates, and a `picture` that names the formats itself. */
export function htmlSnippets(picture: Picture): readonly Snippet[] {
  return [
    { title: "img: the server chooses the format", code: imageOf(picture) },
    { title: "picture: the page names the formats", code: pictureOf(picture) },
  ];
}

function imageOf(picture: Picture): string {
  const { endpoint, target, candidates, alt, shown } = picture;
  return element("img", [
    ["src", endpoint + target],
    ...srcsetOf(picture, candidates),
    ...(shown
      ? ([
          ["width", String(shown.width)],
          ["height", String(shown.height)],
        ] as const)
      : []),
    ["alt", alt],
    ["loading", "lazy"],
    ["decoding", "async"],
  ]);
}

/** Formats and the word that asks for each, whatever the browser says that it takes. */
const FORMATS = [
  ["image/avif", "avif"],
  ["image/webp", "_webp"],
] as const;

function pictureOf(picture: Picture): string {
  const within = (format: string): Picture => {
    const look = withValue(picture.look, "force_format", format);
    return {
      ...picture,
      look,
      target: writeLook(look, picture.spelling),
      candidates:
        picture.candidates.length === 0 ? [] : candidatesOf(look, widthsOf(picture), picture.spelling),
    };
  };
  const sources = FORMATS.map(([type, word]) => {
    const one = within(word);
    const only = [["srcset", one.endpoint + one.target]] as const;
    const several = srcsetOf(one, one.candidates);
    return element("source", [["type", type], ...(several.length > 0 ? several : only)]);
  });
  const lines = [...sources, imageOf(within("jpeg"))].flatMap((each) => each.split("\n"));
  return ["<picture>", ...lines.map((line) => `  ${line}`), "</picture>"].join("\n");
}

type Attribute = readonly [name: string, value: string];

function srcsetOf(picture: Picture, candidates: readonly Candidate[]): readonly Attribute[] {
  if (candidates.length === 0) return [];
  const set = candidates.map(({ target, descriptor }) => `${picture.endpoint}${target} ${descriptor}`);
  return [
    ["srcset", set.join(",\n    ")],
    ...(goesByWidth(picture) ? ([["sizes", picture.sizes]] as const) : []),
  ];
}

function element(name: string, attributes: readonly Attribute[]): string {
  return [`<${name}`, ...attributes.map(([each, value]) => `  ${each}="${escapeAttribute(value)}"`)]
    .join("\n")
    .concat(">");
}

export function escapeAttribute(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
