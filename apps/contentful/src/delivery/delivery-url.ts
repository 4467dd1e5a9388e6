import { buildDeliveryUrl, type FocalPoint, layer, srcset, type Transformation } from "@freshet/core";
import { type AssetUrl, readAssetUrl } from "../assets/asset-url.ts";
import { tokenVersion } from "../assets/version.ts";
import { type AssetFacts, readAsset } from "./asset.ts";
import { migrateImagesApi } from "./images-api.ts";

/** How the delivery URLs of a site are made. */
export interface DeliveryOptions {
  /** Where delivery URLs begin, such as "https://img.example.com". */
  readonly endpoint: string;
  /** Asked of every picture; what an address's own Images API parameters say goes before it. */
  readonly transformation?: Transformation;
  /** `file` (the default): the file's own address with its version, which changes with each upload. `id`: the stable id. */
  readonly by?: "file" | "id";
  /** Of assets read in all locales, and for stable ids. */
  readonly locale?: string;
  /** What a crop keeps; or, by the asset's id, what an editor set for it. */
  readonly focalPoint?: FocalPoint | ((asset: string) => FocalPoint | undefined);
  /** How often editors asked for a new version, by the asset's id. */
  readonly bumps?: (asset: string) => number;
  /** Widths of a srcset; those beyond the original are left out. */
  readonly widths?: readonly number[];
  /** Places besides Contentful's own where files may be. */
  readonly origins?: readonly string[];
}

/** Attributes of an `img`. */
export interface Picture {
  readonly src: string;
  readonly srcset: string;
  /** Of `src`, where the asset says how large its file is. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly alt: string;
}

const WIDTHS = [320, 480, 640, 960, 1280, 1920, 2560];

/**
 * The delivery URL of an asset: of contentful.js, of the GraphQL API, or of its bare address, whose Images API parameters are
 * translated. Undefined for what is no picture of Contentful's; show that as it is. Never throws.
 *
 * @example toDeliveryUrl("//images.ctfassets.net/s/a/1f2e3d4c5b/hat.jpg?w=400", { endpoint: "https://img.example.com" })
 * // "https://img.example.com/v7/https://images.ctfassets.net/s/a/1f2e3d4c5b/hat.jpg?w=400&org_if_sml=1&vh=t1f2e3d4c"
 */
export function toDeliveryUrl(source: unknown, options: DeliveryOptions): string | undefined {
  const place = placeOf(readAsset(source, options.locale), options);
  return (
    place &&
    buildDeliveryUrl(options.endpoint, place.original, place.transformation, { version: place.version })
  );
}

/** Everything that an `img` needs: `src`, `srcset`, sizes and the text that stands for it. */
export function toPicture(source: unknown, options: DeliveryOptions): Picture | undefined {
  const facts = readAsset(source, options.locale);
  const place = placeOf(facts, options);
  if (facts === undefined || place === undefined) return undefined;
  const { original, transformation, version } = place;
  const known = (options.widths ?? WIDTHS).filter(
    (width) => facts.width === undefined || width <= facts.width,
  );
  const widths = known.length > 0 ? known : facts.width === undefined ? [] : [facts.width];
  const size = sizeOf(facts, transformation);
  return {
    src: buildDeliveryUrl(options.endpoint, original, transformation, { version }),
    srcset: srcset(options.endpoint, original, widths, transformation, { version }),
    width: size?.width,
    height: size?.height,
    alt: facts.description || facts.title || "",
  };
}

interface Place {
  readonly original: string;
  readonly transformation: Transformation;
  readonly version: string | undefined;
}

function placeOf(facts: AssetFacts | undefined, options: DeliveryOptions): Place | undefined {
  if (facts === undefined) return undefined;
  const { contentType } = facts;
  if (contentType !== undefined && !contentType.startsWith("image/")) return undefined;
  const [bare = "", query = ""] = facts.url.split("?", 2);
  const url = readAssetUrl(bare, options.origins ?? []);
  if (typeof url === "string" || isNoPicture(url, contentType)) return undefined;
  const asset = facts.id ?? url.asset;
  const own = migrateImagesApi(query.replace(/#.*$/s, "")).transformation;
  const wanted = layer(own, options.transformation ?? {});
  const { focalPoint } = options;
  const point = typeof focalPoint === "function" ? focalPoint(asset) : focalPoint;
  const transformation =
    point === undefined || wanted.resize?.gravity !== undefined
      ? wanted
      : layer(wanted, { resize: { gravity: point } });
  if (options.by === "id") {
    const locale = options.locale === undefined ? "" : `/${options.locale}`;
    const original = `ctf:${facts.space ?? url.space}/${asset}${locale}`;
    return { original, transformation, version: undefined };
  }
  return {
    original: url.original,
    transformation,
    version: tokenVersion(url.token, options.bumps?.(asset) ?? 0),
  };
}

/** By its host or its name, where nobody said what it is. */
const isNoPicture = ({ original, fileName }: AssetUrl, contentType: string | undefined) =>
  contentType === undefined &&
  (/^https:\/\/(?:assets|videos|downloads)\./.test(original) ||
    /\.(?:pdf|mp4|zip|docx?|xlsx?)$/i.test(fileName));

/** What `src` comes out as, where that follows from the numbers alone. */
function sizeOf({ width, height }: AssetFacts, { resize, ...others }: Transformation) {
  if (width === undefined || height === undefined || others.rotate || others.extract || others.trim)
    return undefined;
  const { w, h, func, org_if_sml: isNeverLarger = false } = resize ?? {};
  if (func === "proxy" || (w === undefined && h === undefined)) return { width, height };
  if (w !== undefined && h !== undefined && func !== "bound" && func !== "boundmin" && !isNeverLarger)
    return { width: w, height: h };
  const factors = [w === undefined ? [] : [w / width], h === undefined ? [] : [h / height]].flat();
  if (func === "boundmin" || (w !== undefined && h !== undefined && func !== "bound")) return undefined;
  const factor = Math.min(...factors, ...(isNeverLarger ? [1] : []));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}
