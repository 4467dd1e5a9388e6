/** The parts of an asset file's address: `https://images.ctfassets.net/<space>/<asset>/<token>/<file name>`. */
export interface AssetUrl {
  /** Absolute, as delivery URLs and invalidations name it: no query, no fragment. */
  readonly original: string;
  readonly space: string;
  readonly asset: string;
  /** Another one for each file that was uploaded. */
  readonly token: string;
  readonly fileName: string;
}

/** Why an address is no file that may be delivered. */
export type AssetUrlFault = "host" | "path" | "embargoed";

const CONTENTFUL = /^(?:images|assets|videos|downloads)(?:\.[a-z0-9-]+)*\.ctfassets\.net$/;
/** Their addresses need a key that ends after two days. */
const EMBARGOED = /(?:^|\.)secure\./;

/**
 * Reads the address of an asset's file, with or without scheme. `origins` are further places where files may be, such as
 * "http://127.0.0.1:9000". Never throws.
 */
export function readAssetUrl(text: string, origins: readonly string[] = []): AssetUrl | AssetUrlFault {
  const other = origins.find((origin) => {
    const host = origin.replace(/^https?:/, "");
    return text.startsWith(`${origin}/`) || text.startsWith(`${host}/`);
  });
  const scheme = other?.startsWith("http:") ? "http:" : "https:";
  const url = URL.parse(text.startsWith("//") ? `${scheme}${text}` : text);
  if (url === null || url.username !== "" || url.password !== "") return "host";
  if (other === undefined) {
    if (url.protocol !== "https:" || url.port !== "" || !CONTENTFUL.test(url.hostname)) return "host";
    if (EMBARGOED.test(url.hostname)) return "embargoed";
  }
  const [, space = "", asset = "", token = "", ...names] = url.pathname.split("/");
  if (!space || !asset || !token || names.length === 0 || names.at(-1) === "") return "path";
  // A literal star would read as a wildcard.
  const path = url.pathname.replaceAll("*", "%2A");
  return { original: `${url.origin}${path}`, space, asset, token, fileName: decode(names.join("/")) };
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
