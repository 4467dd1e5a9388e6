import { buildDeliveryUrl } from "@freshet/core";
import { useState } from "react";
import type { Asset, AssetFile } from "../api/shapes.ts";
import { useApp } from "../shared/app-context.tsx";

const SIDE = 64;

/** The file that stands for an asset: that of the locale, or the first. */
export const fileFor = ({ files }: Asset, locale?: string): AssetFile | undefined =>
  files.find((file) => file.locale === locale) ?? files[0];

/** A small picture of the asset as visitors get it, or a place that is left empty. */
export function Thumbnail({ asset, locale }: { readonly asset: Asset; readonly locale?: string }) {
  const { status } = useApp();
  const [failed, setFailed] = useState<string>();
  const file = fileFor(asset, locale);
  const isShown = file?.content_type.startsWith("image/") && !file.is_blocked && asset.state === "published";
  if (!file || !isShown) return <div className="thumbnail" aria-hidden="true" />;
  const transformation = { resize: { w: 2 * SIDE, h: 2 * SIDE } };
  const url = buildDeliveryUrl(status.endpoint, file.original, transformation, { version: file.version });
  if (failed === url) return <div className="thumbnail" aria-hidden="true" />;
  return (
    <img
      className="thumbnail"
      src={url}
      width={SIDE}
      height={SIDE}
      alt=""
      loading="lazy"
      onError={() => setFailed(url)}
    />
  );
}
