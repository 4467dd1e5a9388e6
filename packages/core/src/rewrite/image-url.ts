import type { Transformation } from "../operations/index.ts";
import { buildDeliveryUrl } from "../url/delivery-url.ts";

/** Which image URLs become delivery URLs, and how. */
export interface RewriteOptions {
  /** Where delivery URLs begin, e.g. "https://img.example.com". */
  readonly endpoint: string;
  /** The originals to deliver: a list of hosts (lower-case, with port where they have one), or a decision per URL. */
  readonly isOurs: readonly string[] | ((url: URL) => boolean);
  /** The page's own address: what relative URLs are relative to. */
  readonly base: string;
  /** The version (`vh`) that is known of an original. */
  readonly versionOf?: (url: URL) => string | undefined;
  /** Elements of this class, and everything inside such a `picture`, stay as they are. */
  readonly skipClass?: string;
  /** Asked of every image. */
  readonly transformation?: Transformation;
  /** Begin paths with `/v7/`; true unless said otherwise. */
  readonly v7?: boolean;
}

/** The delivery URL for an image URL as a page writes it, or undefined if it stays as it is. */
export type ImageUrlRewriter = (text: string) => string | undefined;

/** Formats that are delivered; SVG needs no resizing, and an unknown ending may be anything (a captcha, a font). */
const IMAGE_PATH = /\.(?:jpe?g|jpe|jfif|png|gif|webp|avif|tiff?|hei[cf]|jxl|jp2|bmp|psd)$/i;

/** Longer ones are inlined data or hostile: no request line carries them. */
const LONGEST_URL = 8192;

/** Never throws unless a callback does; a delivery URL of the endpoint is never rewritten again. */
export function createImageUrlRewriter(options: RewriteOptions, base = options.base): ImageUrlRewriter {
  const { endpoint, isOurs, versionOf, transformation, v7 = true } = options;
  const owns = typeof isOurs === "function" ? isOurs : (url: URL) => isOurs.includes(url.host);
  const delivery = readUrl(`${endpoint.replace(/\/+$/, "")}/`, base);
  return (text) => {
    const trimmed = text.length > LONGEST_URL ? "" : text.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return undefined;
    const url = readUrl(trimmed, base);
    if (!url || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
      return undefined;
    if (!IMAGE_PATH.test(url.pathname) || isDelivery(url, delivery) || !owns(url)) return undefined;
    const { hash } = url;
    const original = url.href.slice(0, url.href.length - hash.length);
    return buildDeliveryUrl(endpoint, original, transformation, { version: versionOf?.(url), v7 }) + hash;
  };
}

/** Under the endpoint, and what follows begins as originals do; a site may live on the endpoint's own host. */
function isDelivery(url: URL, endpoint: URL | undefined): boolean {
  if (!endpoint || url.host !== endpoint.host || !url.pathname.startsWith(endpoint.pathname)) return false;
  const rest = url.pathname.slice(endpoint.pathname.length);
  return /^\/*(?:v7\/|https?(?::|%3a)|_[^/]*_\/|[^/.]+(?:\.[^/.]+)+(?::\d+)?\/|[^/]+:\d+\/)/i.test(rest);
}

/** An absolute URL, or undefined for what no browser would request. */
export function readUrl(text: string, base: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
