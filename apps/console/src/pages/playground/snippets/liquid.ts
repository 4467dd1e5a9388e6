import { boxOf } from "../candidates.ts";
import { itemsOf } from "../look.ts";
import { goesByWidth, type Picture, type Snippet, widthsOf } from "./picture.ts";

/** What `crop` of Shopify's pictures calls a side that is kept. */
const CROPS: Readonly<Record<string, string>> = {
  center: "center",
  north: "top",
  south: "bottom",
  west: "left",
  east: "right",
};

const NEEDS =
  "Snippets freshet-image, freshet-url and freshet-endpoint in the theme (apps/shopify/snippets).";

/** The snippet of Shopify themes, for this picture and for whichever picture a page of the shop shows. */
export function liquidSnippets(picture: Picture): readonly Snippet[] {
  if (picture.look.preset !== undefined || picture.look.cacheSeconds !== undefined || !picture.spelling.v7) {
    return [{ title: "This picture", code: plainImage(picture) }];
  }
  return [
    {
      title: "This picture",
      needs: NEEDS,
      code: render(picture, `src: ${quoted(urlText(picture.look.original))}`),
    },
    {
      title: "A picture of the shop",
      needs: `${NEEDS} Instead of product.featured_image it takes whatever image_url takes.`,
      code: render({ ...picture, shown: undefined, alt: "" }, "image: product.featured_image"),
    },
  ];
}

/** What the snippet cannot ask for is written out. */
function plainImage({ endpoint, target, alt }: Picture): string {
  return `<img src="{{ ${quoted(endpoint + urlText(target))} | escape }}" alt="{{ ${quoted(alt)} | escape }}" loading="lazy">`;
}

function render(picture: Picture, source: string): string {
  const { look, endpoint, alt, shown, sizes } = picture;
  const { w, h } = boxOf(look);
  const { crop, parameters } = askedOf(picture);
  const widths = widthsOf(picture);
  const isBox = w !== undefined && h !== undefined;
  // Of what is cut to a box the snippet offers no width beyond the box: it is told the largest, and what the page shows.
  const largest = isBox && crop !== undefined ? Math.max(w, ...widths) : w;
  const box = largest !== w && w !== undefined && h !== undefined ? { width: w, height: h } : undefined;
  const height = box && largest !== undefined && h !== undefined ? Math.round((largest * h) / box.width) : h;
  const attributes = box ?? (isBox ? undefined : shown);
  const lines = [
    source,
    ...(largest === undefined ? [] : [`width: ${largest}`]),
    ...(height === undefined ? [] : [`height: ${height}`]),
    ...(crop === undefined ? [] : [`crop: '${crop}'`]),
    ...(parameters === "" ? [] : [`parameters: ${quoted(parameters)}`]),
    ...(look.version === undefined ? [] : [`version: ${quoted(look.version)}`]),
    ...(widths.length > 0 ? [`widths: '${widths.join(", ")}'`] : []),
    ...(goesByWidth(picture) ? [`sizes: ${quoted(sizes)}`] : []),
    // What is not cut to a box has the picture's own shape, which of a bare address nobody knows.
    ...(attributes ? [`img_width: ${attributes.width}`, `img_height: ${attributes.height}`] : []),
    ...(alt === "" ? [] : [`alt: ${quoted(alt)}`]),
    "loading: 'lazy'",
    `endpoint: ${quoted(endpoint)}`,
  ];
  return `{% render 'freshet-image',\n${lines.map((line) => `  ${line}`).join(",\n")}\n%}`;
}

/** The crop of the snippet, and what it is told in the words of a delivery URL; of a word that is there twice the last one counts. */
function askedOf({ look }: Picture): { readonly crop: string | undefined; readonly parameters: string } {
  const { w: _w, h: _h, ...unboxed } = look.values;
  const { dpr: _dpr, ...sized } = unboxed;
  const { w, h } = boxOf(look);
  // The widths have the density in them, where there are any.
  const values = w === undefined && h === undefined ? unboxed : sized;
  const { func = "crop", gravity = "center" } = values;
  const isCut =
    w !== undefined && h !== undefined && (func === "crop" || func === "fit" || func === "cropfit");
  const named = isCut && func === "crop" && Object.hasOwn(CROPS, gravity) ? CROPS[gravity] : undefined;
  const { func: _func, gravity: _gravity, ...others } = values;
  const kept = named === undefined ? values : others;
  const items = [
    ...itemsOf(kept, false),
    // The snippet never enlarges, unless it is told to.
    ...((w !== undefined || h !== undefined) && values.org_if_sml !== "1" ? ["org_if_sml=0"] : []),
  ];
  return { crop: isCut ? (named ?? "center") : undefined, parameters: urlText(items.join("&")) };
}

/** Signs that would end a text or a tag of Liquid are escaped: in a URL they stand for themselves. */
function urlText(text: string): string {
  return text.replace(/['"{}\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A text of Liquid, which knows no escapes. */
function quoted(text: string): string {
  const plain = text.replace(/[%{}](?=[%{}])/g, "$& ").replace(/[\r\n]+/g, " ");
  if (!plain.includes("'")) return `'${plain}'`;
  return plain.includes('"') ? `'${plain.replaceAll("'", "’")}'` : `"${plain}"`;
}
