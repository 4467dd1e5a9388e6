import type { Asset, AssetFile } from "../api/shapes.ts";
import { sizeText } from "../shared/texts.ts";

/** The files of an asset by locale: what they are, and which version pages name. */
export function FileList({ asset }: { readonly asset: Asset }) {
  if (asset.files.length === 0) return null;
  return (
    <dl className="files">
      {asset.files.map((file) => (
        <div key={file.locale}>
          <dt>{file.locale}</dt>
          <dd>
            <span className="wrap">{file.file_name}</span>
            <span className="quiet">{factsOf(file)}</span>
            <code title="Version, as delivery URLs carry it">{file.version}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function factsOf({ width, height, bytes }: AssetFile): string {
  const pixels = width !== null && height !== null ? [`${width} × ${height}`] : [];
  return [...pixels, sizeText(bytes)].join(" · ");
}
