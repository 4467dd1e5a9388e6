import { buildDeliveryUrl } from "@freshet/core";
import { useEffect, useState } from "react";
import { type Choice, choiceTransformation } from "../../../src/delivery/choice.ts";
import type { AssetFile } from "../api/shapes.ts";
import { withQuery } from "../assets/code.ts";
import { useApp } from "../shared/app-context.tsx";

/** While something is dragged no variant is asked for. */
const REST_MS = 250;
const LARGEST_PREVIEW = 320;

/** How the picture comes out in each preset, made by the server that visitors get it from. */
export function Variants({ file, choice }: { readonly file: AssetFile; readonly choice: Choice }) {
  const { status, presets } = useApp();
  const [shown, setShown] = useState(choice);
  useEffect(() => {
    const timer = setTimeout(() => setShown(choice), REST_MS);
    return () => clearTimeout(timer);
  }, [choice]);
  return (
    <ul className="variants">
      {presets.map(({ name, query }) => (
        <li key={name}>
          <Preview
            name={name}
            url={buildDeliveryUrl(
              status.endpoint,
              file.original,
              choiceTransformation({ ...shown, query: "" }, smaller(query)),
              { version: file.version },
            )}
          />
        </li>
      ))}
    </ul>
  );
}

function Preview({ name, url }: { readonly name: string; readonly url: string }) {
  const [failed, setFailed] = useState<string>();
  return (
    <figure>
      {failed === url ? (
        <div className="missing">The server gave no picture.</div>
      ) : (
        <img src={url} alt={`Preview of ${name}`} onError={() => setFailed(url)} />
      )}
      <figcaption>{name}</figcaption>
    </figure>
  );
}

/** The same shape, as small as it is shown. */
function smaller(query: string) {
  const asked = withQuery(query);
  const { w, h } = asked.resize ?? {};
  const largest = Math.max(w ?? 0, h ?? 0);
  if (asked.resize === undefined || largest <= LARGEST_PREVIEW) return asked;
  const factor = LARGEST_PREVIEW / largest;
  const side = (value: number) => Math.max(1, Math.round(value * factor));
  return {
    ...asked,
    resize: {
      ...asked.resize,
      ...(w !== undefined && { w: side(w) }),
      ...(h !== undefined && { h: side(h) }),
    },
  };
}
