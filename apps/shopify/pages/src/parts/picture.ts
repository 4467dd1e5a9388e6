import type { AssetAnswer } from "../../../src/api/answers.ts";
import { h } from "../element.ts";

type Shown = Pick<AssetAnswer, "delivery_url" | "url" | "name">;

const withQuery = (url: string, query: string) => `${url}${url.includes("?") ? "&" : "?"}${query}`;

/** The image, 80 pixels small: as it is delivered, else as Shopify has it. */
export function thumbnail({ delivery_url, url, name }: Shown): HTMLElement {
  const own = withQuery(url, "width=80");
  const src = delivery_url === null ? own : withQuery(delivery_url, "w=80&h=80&func=crop");
  return h("s-thumbnail", { src, alt: name, size: "small", onerror: once(own) });
}

/** The image, large enough to be looked at. */
export function preview({ delivery_url, url, name }: Shown): HTMLElement {
  const own = withQuery(url, "width=720");
  const src = delivery_url === null ? own : withQuery(delivery_url, "w=720&org_if_sml=1");
  return h("s-image", { src, alt: name, inlinesize: "fill", objectfit: "contain", onerror: once(own) });
}

/** Another picture where the first one cannot be had; nothing goes in circles. */
function once(other: string): (event: Event) => void {
  let isDone = false;
  return (event) => {
    if (isDone || !(event.currentTarget instanceof Element)) return;
    isDone = true;
    event.currentTarget.setAttribute("src", other);
  };
}
