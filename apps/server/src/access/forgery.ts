import type { FastifyRequest } from "fastify";
import { ServerError } from "../errors.ts";
import { isOverTls, type Reached } from "./cookies.ts";

/** No other site can have a browser send it: that takes a preflight, which the API answers to nobody. */
const HEADER = "freshet-csrf";

/**
 * Refuses what another site may have had a browser send, with the browser's cookies or to give it some. The header alone is enough in any browser;
 * what newer ones say about where a request comes from is asked too, so that neither rests on the other.
 * @throws ServerError CSRF_REFUSED.
 */
export function refuseForgery(request: Pick<FastifyRequest, "headers">, reached: Reached): void {
  const { headers } = request;
  if (headers[HEADER] !== "1") throw new ServerError("CSRF_REFUSED", `The header ${HEADER}: 1 is missing.`);
  const site = headers["sec-fetch-site"];
  if (site === "same-origin") return; // scripts cannot write it, and a proxy that changes Host cannot confuse it
  const isOwn = site === undefined && isOwnOrigin(request, reached);
  if (!isOwn) throw new ServerError("CSRF_REFUSED", "It comes from another origin.");
}

/** Whether Origin, where it was sent, is the console's own. Old browsers send none to their own origin. */
function isOwnOrigin(request: Pick<FastifyRequest, "headers">, reached: Reached): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin.toLowerCase()) return false;
  if (url.origin === reached.url?.origin) return true;
  const isSafer = url.protocol === "https:" || (url.protocol === "http:" && !isOverTls(request, reached));
  return isSafer && host !== undefined && url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}
