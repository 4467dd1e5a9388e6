import { layer } from "@freshet/core";
import { type DeliveryOptions, toDeliveryUrl } from "./delivery-url.ts";

/** A loader for `next/image`: the width is Next's, everything else the site's. Other addresses stay as they are. */
export function nextLoader(options: DeliveryOptions) {
  return ({
    src,
    width,
    quality,
  }: {
    readonly src: string;
    readonly width: number;
    readonly quality?: number;
  }): string => {
    const asked = {
      resize: { w: width, org_if_sml: true },
      ...(quality !== undefined && { encode: { q: quality } }),
    };
    const transformation = layer(asked, options.transformation ?? {});
    return toDeliveryUrl(src, { ...options, transformation }) ?? src;
  };
}
