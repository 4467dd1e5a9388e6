import type { FastifyReply, FastifyRequest } from "fastify";

/** What the server keeps in a browser. */
export type CookieName = "freshet_session" | "freshet_device" | "freshet_oidc";

interface Cookie {
  readonly name: CookieName;
  readonly value: string;
  readonly maxAgeSeconds: number;
  /** Lax only for what has to come back from another site; a Strict cookie is not sent from there. */
  readonly sameSite?: "Strict" | "Lax";
}

/** The addresses under which the console is reached, as far as they are known. */
export interface Reached {
  /** Where the configuration says that it is, such as "https://img.example". */
  readonly url: URL | undefined;
}

/**
 * Whether the browser speaks TLS: at the console's own address as that says, whatever the last of several proxies was reached by; elsewhere
 * to a proxy that says so. A browser sends no X-Forwarded-Proto by itself, and who sends it anyway changes nothing but the name of his own
 * cookie.
 */
export function isOverTls({ headers }: Pick<FastifyRequest, "headers">, { url }: Reached): boolean {
  if (url?.protocol === "https:" && URL.parse(`https://${headers.host}`)?.host === url.host) return true;
  const forwarded = headers["x-forwarded-proto"];
  const first = typeof forwarded === "string" ? forwarded.split(",")[0]?.trim().toLowerCase() : undefined;
  return first === "https";
}

/** Its name on the wire: over TLS one that no other host of the domain can set. */
const nameOf = (name: CookieName, isTls: boolean) => (isTls ? `__Host-${name}` : name);

export function readCookie(
  request: Pick<FastifyRequest, "headers">,
  name: CookieName,
  reached: Reached,
): string | undefined {
  const wanted = nameOf(name, isOverTls(request, reached));
  for (const each of (request.headers.cookie ?? "").split(";")) {
    const place = each.indexOf("=");
    if (place !== -1 && each.slice(0, place).trim() === wanted) return each.slice(place + 1).trim();
  }
  return undefined;
}

/** Sets a cookie that no script can read, for this host alone. An empty value takes it away. */
export function setCookie(
  request: Pick<FastifyRequest, "headers">,
  reply: FastifyReply,
  { name, value, maxAgeSeconds, sameSite = "Strict" }: Cookie,
  reached: Reached,
): void {
  const isTls = isOverTls(request, reached);
  const parts = [`${nameOf(name, isTls)}=${value}`, "Path=/", `Max-Age=${Math.max(0, maxAgeSeconds)}`];
  parts.push("HttpOnly", `SameSite=${sameSite}`, ...(isTls ? ["Secure"] : []));
  reply.header("set-cookie", parts.join("; "));
}

export function dropCookie(
  request: Pick<FastifyRequest, "headers">,
  reply: FastifyReply,
  name: CookieName,
  reached: Reached,
): void {
  setCookie(request, reply, { name, value: "", maxAgeSeconds: 0 }, reached);
}
