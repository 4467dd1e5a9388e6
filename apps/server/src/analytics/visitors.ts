import { LRUCache } from "lru-cache";

/** Headers in which CDNs tell the country of a visitor; read where the configuration names no other. */
export const COUNTRY_HEADERS: readonly string[] = ["cf-ipcountry", "cloudfront-viewer-country"];

const LONGEST_REFERER = 2_000;

/** The hosts of referrers: a page's address says more of a visitor than anybody needs to know. */
export class Referrers {
  readonly #hosts = new LRUCache<string, { readonly host: string | undefined }>({ max: 1_000 });

  /** Undefined for what is no address of a page. */
  hostOf(referer: string | undefined): string | undefined {
    if (referer === undefined || referer === "" || referer.length > LONGEST_REFERER) return undefined;
    let known = this.#hosts.get(referer);
    if (!known) {
      const url = URL.parse(referer);
      const isPage = url?.protocol === "http:" || url?.protocol === "https:";
      known = { host: isPage && url.host.length <= 253 ? alone(url.host) : undefined };
      this.#hosts.set(referer, known);
    }
    return known.host;
  }
}

/** A copy that does not keep the whole address, which engines let its parts do. */
const alone = (host: string): string => Buffer.from(host).toString();

/** Two letters, as ISO 3166 has them; anything else, and what CDNs write for "nobody knows", is no country. */
export function countryOf(text: string | undefined): string | undefined {
  if (text?.length !== 2 || !/^[A-Za-z]{2}$/.test(text)) return undefined;
  const country = text.toUpperCase();
  return country === "XX" ? undefined : country;
}
