import { dig } from "./asset.ts";
import { type DeliveryOptions, toDeliveryUrl, toPicture } from "./delivery-url.ts";

/** A node of Contentful's rich text. */
interface Node {
  readonly nodeType: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly content?: readonly unknown[];
}

export interface RichTextOptions extends DeliveryOptions {
  /** Value of `sizes`, such as "(min-width: 60rem) 40rem, 100vw". */
  readonly sizes?: string;
  /** Assets by id, where links in the text are not resolved, as in GraphQL: `links.assets.block`. */
  readonly assets?: ReadonlyMap<string, unknown> | readonly unknown[];
}

/**
 * `renderNode` for `@contentful/rich-text-html-renderer`: embedded assets become pictures with a srcset, links to assets that are
 * pictures lead to delivery URLs. What is no picture comes out as a link, what is not there as nothing.
 */
export function richTextNodes(options: RichTextOptions) {
  const assetOf = ({ data }: Node): unknown => {
    const target = data.target;
    if (dig(target, "fields") !== undefined || dig(target, "url") !== undefined) return target;
    const id = dig(target, "sys", "id");
    const { assets = [] } = options;
    if (!Array.isArray(assets)) return (assets as ReadonlyMap<string, unknown>).get(String(id));
    return assets.find((each) => dig(each, "sys", "id") === id);
  };
  const link = (asset: unknown, inner: string) => {
    const href = toDeliveryUrl(asset, options) ?? addressOf(asset);
    return href === undefined ? inner : `<a href="${escapeText(href)}">${inner}</a>`;
  };
  return {
    "embedded-asset-block": (node: Node): string => {
      const asset = assetOf(node);
      const picture = toPicture(asset, options);
      if (picture === undefined) return link(asset, escapeText(titleOf(asset)));
      const { src, srcset, width, height, alt } = picture;
      const attributes = [
        ["src", src],
        ["srcset", srcset],
        ["sizes", srcset === "" ? undefined : (options.sizes ?? "100vw")],
        ["width", width],
        ["height", height],
        ["alt", alt],
        ["loading", "lazy"],
      ].flatMap(([name, value]) =>
        value === undefined || (value === "" && name !== "alt")
          ? []
          : [`${name}="${escapeText(String(value))}"`],
      );
      return `<img ${attributes.join(" ")}>`;
    },
    "asset-hyperlink": (node: Node, next: (content: readonly unknown[]) => string): string =>
      link(assetOf(node), next(node.content ?? [])),
  };
}

function addressOf(asset: unknown): string | undefined {
  const url = dig(asset, "fields", "file", "url") ?? dig(asset, "url");
  return typeof url === "string" && /^(?:https?:)?\/\//.test(url)
    ? url.replace(/^\/\//, "https://")
    : undefined;
}

function titleOf(asset: unknown): string {
  const title = dig(asset, "fields", "title") ?? dig(asset, "title");
  return typeof title === "string" ? title : "";
}

const escapeText = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
