/** One WordPress installation as the configuration or an event names it. */
export interface Site {
  /** Host, port and folder without scheme ("site.example/blog"): http and https name the same site. */
  readonly id: string;
  /** Host with port, lower-case; every file of the site is on it. */
  readonly host: string;
  /** Address of the home page, without a slash at the end. */
  readonly url: string;
}

/** Reads a site's address; undefined when it is no http(s) address, or carries a user, a query or a fragment. */
export function readSite(text: unknown): Site | undefined {
  if (typeof text !== "string" || text.length > 2048) return undefined;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return undefined;
  const folder = url.pathname.replace(/\/+$/, "");
  return { id: `${url.host}${folder}`, host: url.host, url: `${url.origin}${folder}` };
}
