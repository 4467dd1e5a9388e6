import { Liquid } from "liquidjs";

/** A picture as Liquid objects of a shop hold it. */
export interface ShopPicture {
  /** Behind /cdn/shop/, such as "files/hat.jpg". */
  readonly path: string;
  readonly version: string;
  readonly width: number;
  readonly height: number;
  readonly aspect_ratio: number;
  readonly alt: string;
}

export function picture(path: string, width: number, height: number, version = "17", alt = ""): ShopPicture {
  return { path, version, width, height, aspect_ratio: width / height, alt };
}

/** What stands in for the part of Shopify's Liquid that Shopify alone has. */
export interface ShopLiquidOptions {
  /** Folders of snippets. */
  readonly snippets?: readonly string[];
  /** The shop's domain, with port where it has one. */
  readonly host?: string;
  /** Put before addresses, which have none at Shopify: "http:" where the storefront speaks no TLS. */
  readonly scheme?: string;
  /** Snippets by name instead of files. */
  readonly templates?: Readonly<Record<string, string>>;
}

/** liquidjs with Shopify's filters for pictures, as Shopify documents them. */
export function shopLiquid({
  snippets = [],
  host = "shop.example",
  scheme = "",
  templates,
}: ShopLiquidOptions): Liquid {
  const liquid = new Liquid({
    ...(templates ? { templates } : { root: [...snippets], partials: [...snippets], extname: ".liquid" }),
    strictFilters: true,
  });
  const urlOf = (input: unknown, options: Readonly<Record<string, unknown>>) => {
    const shown = pictureOf(input);
    if (!shown) throw new Error(`image_url got ${JSON.stringify(input)}`);
    const query = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
    return `${scheme}//${host}/cdn/shop/${shown.path}?v=${shown.version}${query.map(([name, value]) => `&${name}=${value}`).join("")}`;
  };
  liquid.registerFilter("image_url", (input: unknown, ...given: unknown[]) => urlOf(input, named(given)));
  for (const name of ["img_url", "product_img_url", "collection_img_url", "article_img_url"]) {
    liquid.registerFilter(name, (input: unknown, ...given: unknown[]) => {
      const size = given.find((each) => typeof each === "string") ?? "small";
      const [width, height] = String(size).split("x");
      return urlOf(input, { width: width || undefined, height: height || undefined, ...named(given) });
    });
  }
  // Ruby writes a quote in another way.
  const escaped: Readonly<Record<string, string>> = {
    ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" },
  };
  liquid.registerFilter("escape", (text: unknown) =>
    String(text ?? "").replace(/[&<>"']/g, (character) => escaped[character] ?? character),
  );
  const fileUrl = (place: string, version: string) => (name: string) =>
    `//${host}/cdn/shop/${place}/${name}?v=${version}`;
  liquid.registerFilter("asset_url", fileUrl("t/4/assets", "9001"));
  liquid.registerFilter("file_url", fileUrl("files", "9002"));
  liquid.registerFilter("asset_img_url", fileUrl("t/4/assets", "9001"));
  liquid.registerFilter("file_img_url", fileUrl("files", "9002"));
  liquid.registerFilter("stylesheet_tag", (url: string) => `<link href="${url}" rel="stylesheet">`);
  liquid.registerFilter("placeholder_svg_tag", (name: string) => `<svg>${name}</svg>`);
  liquid.registerFilter("image_tag", (url: string, ...given: unknown[]) => {
    const attributes = Object.entries(named(given)).filter(
      ([name]) => name !== "widths" && name !== "preload",
    );
    return `<img src="${url}"${attributes.map(([name, value]) => ` ${name}="${value}"`).join("")}>`;
  });
  liquid.registerFilter(
    "img_tag",
    (url: string, alt = "", css = "") => `<img src="${url}" alt="${alt}" class="${css}">`,
  );
  return liquid;
}

/** A product, a media and a variant stand for their picture. */
function pictureOf(input: unknown): ShopPicture | undefined {
  if (typeof input === "string") return picture(input.replace(/^.*\/cdn\/shop\//, ""), 1200, 800);
  if (typeof input !== "object" || input === null) return undefined;
  if ("path" in input) return input as ShopPicture;
  for (const key of ["featured_image", "preview_image", "image"]) {
    const inner: unknown = (input as Record<string, unknown>)[key];
    if (inner) return pictureOf(inner);
  }
  return undefined;
}

/** liquidjs hands named arguments over as pairs. */
function named(given: readonly unknown[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(given.filter((each): each is [string, unknown] => Array.isArray(each)));
}
