import { essenceOf } from "../sources/media-type.ts";

/** What browsers open as a document of whoever serves it, scripts and all; every XML may be one. */
const DOCUMENT = /^(?:text\/(?:html|xml|xsl)|application\/(?:xhtml\+)?xml)$|\+xml$/;

const SANDBOX = [
  "Content-Security-Policy",
  "default-src 'none'; style-src 'unsafe-inline'; sandbox",
] as const;

/**
 * For what would be a page of this host when somebody opens it: no script of it runs, and it belongs to no origin. An image, a style sheet
 * or a `fetch` that reads it takes no notice. A PDF is none: viewers run what is in it apart from any site, and a sandbox forbids them.
 */
export function sandboxHeaders(contentType: string | undefined): readonly string[] {
  return contentType !== undefined && DOCUMENT.test(essenceOf(contentType)) ? SANDBOX : [];
}
