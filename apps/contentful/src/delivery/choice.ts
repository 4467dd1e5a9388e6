import {
  buildDeliveryUrl,
  type FocalPoint,
  layer,
  readQuery,
  readTransformation,
  type Transformation,
} from "@freshet/core";
import { dig, isJson } from "./asset.ts";
import { readFocalPoint } from "./focal-point.ts";

/** Shares of a picture, each from 0 to 1, from its top left corner. */
export interface Cut {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What an editor chose in a JSON field with Freshet's app. */
export interface Choice {
  /** Contentful's id. */
  readonly asset: string;
  /** What every crop keeps. */
  readonly focalPoint: FocalPoint | undefined;
  /** What is left of the picture before anything else happens to it. */
  readonly crop: Cut | undefined;
  /** Pixels of the picture when it was cut: delivery URLs cut by pixels. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Parameters of a delivery URL, such as "w=1600&h=600". */
  readonly query: string;
}

/** As the field holds it: JSON that names the asset by a link, so that Freshet knows that the entry shows it. */
export interface StoredChoice {
  readonly asset: {
    readonly sys: { readonly type: "Link"; readonly linkType: "Asset"; readonly id: string };
  };
  readonly focalPoint?: { readonly x: number; readonly y: number };
  readonly crop?: Cut;
  readonly size?: { readonly width: number; readonly height: number };
  readonly query?: string;
}

const ID = /^[A-Za-z0-9_.-]{1,64}$/;

/** Reads what a JSON field holds. Undefined for everything that names no asset; parts that cannot be read are left out. Never throws. */
export function readChoice(value: unknown): Choice | undefined {
  const asset = dig(value, "asset", "sys", "id");
  if (!isJson(value) || typeof asset !== "string" || !ID.test(asset)) return undefined;
  const { query } = value;
  return {
    asset,
    focalPoint: value.focalPoint === undefined ? undefined : readFocalPoint(value.focalPoint),
    crop: readCut(value.crop),
    size: readSize(value.size),
    query: typeof query === "string" ? query : "",
  };
}

/** The other way: only what was chosen is written. */
export function writeChoice({ asset, focalPoint, crop, size, query }: Choice): StoredChoice {
  return {
    asset: { sys: { type: "Link", linkType: "Asset", id: asset } },
    ...(focalPoint && { focalPoint: { x: focalPoint.x, y: focalPoint.y } }),
    ...(crop && { crop }),
    ...(crop && size && { size }),
    ...(query !== "" && { query }),
  };
}

/** What a choice asks of the picture; `asked` is stronger, as `w` of a place in a page is. */
export function choiceTransformation(choice: Choice, asked: Transformation = {}): Transformation {
  const { crop, size, focalPoint, query } = choice;
  const own = readTransformation(readQuery(query)).transformation;
  const cut: Transformation = crop && size ? { extract: cutOf(crop, size) } : {};
  const wanted = layer(layer(asked, own), cut);
  // A point says nothing of a picture that is not brought to a size.
  if (focalPoint === undefined || wanted.resize === undefined || wanted.resize.gravity !== undefined)
    return wanted;
  return layer(wanted, { resize: { gravity: focalPoint } });
}

/** How the delivery URL of a choice is made. */
export interface ChoiceOptions {
  /** Where delivery URLs begin, such as "https://img.example.com". */
  readonly endpoint: string;
  readonly space: string;
  /** The asset's file for this locale; absent is that of the default one. */
  readonly locale?: string;
  readonly transformation?: Transformation;
}

/**
 * The delivery URL of what an editor chose in a JSON field, under the asset's stable id. Undefined for what is no choice. Never throws.
 *
 * @example choiceUrl({ asset: { sys: { type: "Link", linkType: "Asset", id: "6uJ" } }, focalPoint: { x: 0.5, y: 0.2 } },
 *   { endpoint: "https://img.example.com", space: "cfexampleapi", transformation: { resize: { w: 400, h: 300 } } })
 * // "https://img.example.com/v7/ctf:cfexampleapi/6uJ?w=400&h=300&gravity=0.5c,0.2c"
 */
export function choiceUrl(value: unknown, options: ChoiceOptions): string | undefined {
  const choice = readChoice(value);
  if (choice === undefined) return undefined;
  const locale = options.locale === undefined ? "" : `/${options.locale}`;
  const original = `ctf:${options.space}/${choice.asset}${locale}`;
  return buildDeliveryUrl(options.endpoint, original, choiceTransformation(choice, options.transformation));
}

function cutOf(crop: Cut, { width, height }: { readonly width: number; readonly height: number }) {
  const left = Math.min(width - 1, Math.round(crop.x * width));
  const top = Math.min(height - 1, Math.round(crop.y * height));
  const right = Math.min(width, Math.max(left + 1, Math.round((crop.x + crop.width) * width)));
  const bottom = Math.min(height, Math.max(top + 1, Math.round((crop.y + crop.height) * height)));
  return { tl_px: { x: left, y: top }, br_px: { x: right, y: bottom } };
}

function readCut(value: unknown): Cut | undefined {
  if (!isJson(value)) return undefined;
  const { x, y, width, height } = value;
  if (!isShare(x) || !isShare(y) || !isShare(width) || !isShare(height)) return undefined;
  // Sums of shares are off by a rounding.
  const isInside = width > 0 && height > 0 && x + width <= 1.000_001 && y + height <= 1.000_001;
  return isInside ? { x, y, width, height } : undefined;
}

function readSize(value: unknown) {
  if (!isJson(value)) return undefined;
  const { width, height } = value;
  return isSide(width) && isSide(height) ? { width, height } : undefined;
}

const isShare = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 1;
const isSide = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0;
