import type { FastifyInstance, FastifyRequest } from "fastify";
import { NOTHING } from "../admin/openapi.ts";
import { object, text } from "../admin/schemas.ts";
import { isServerError, ServerError } from "../errors.ts";
import { dropCookie, readCookie, setCookie } from "./cookies.ts";
import { Failures } from "./failures.ts";
import { OIDC_CALLBACK, OIDC_KEPT_SECONDS, type Oidc } from "./oidc.ts";
import type { createOidcSignIn } from "./oidc-sign-in.ts";
import { giveSession, type SessionRouteParts, visitorOf } from "./session-routes.ts";

/** Where the console begins. */
const CONSOLE = "/console";
/** For what is only a path. */
const BASE = "http://console.invalid";

/** Sign-in by the provider of an organisation. A browser comes here by itself, so failures lead to a page that tells of them. */
export function oidcRoutes(
  app: FastifyInstance,
  parts: Pick<SessionRouteParts, "sessions" | "devices" | "reached" | "now"> & {
    /** Undefined where the configuration names no provider. */
    readonly oidc: Oidc | undefined;
    readonly signIn: ReturnType<typeof createOidcSignIn>;
  },
): void {
  const { oidc, reached } = parts;
  const failures = new Failures(parts.now);
  const config = { access: "public", isForBrowsers: true } as const;
  /** The page that was wanted, which leads to the sign-in and says there what went wrong. */
  const problemAt = (request: FastifyRequest, error: unknown, wanted = CONSOLE): string => {
    const code = isServerError(error) ? error.code : "OIDC_AWAY";
    request.log.warn({ err: error, cause: causeOf(error) }, "sign-in by the provider failed");
    const url = new URL(wanted, BASE);
    url.searchParams.set("problem", code);
    return pathOf(url);
  };
  app.get<{ Querystring: { readonly return?: string } }>(
    "/access/oidc",
    {
      config,
      schema: {
        summary: "Leads to the organisation's own sign-in.",
        querystring: object("Where to go on.", {
          "return?": text("A page of the console; absent: its first.", 2_000),
        }),
        response: { 302: NOTHING },
        errors: ["OIDC_ABSENT"],
      },
    },
    async (request, reply) => {
      if (!oidc) throw new ServerError("OIDC_ABSENT");
      const wanted = returnTo(request.query.return);
      try {
        // Its cookie is Strict, so the browser will not send it on the way back from the provider.
        const token = readCookie(request, "freshet_session", reached);
        const before = token === undefined ? undefined : await parts.sessions.find(token, { isLook: true });
        const from = { returnTo: wanted, session: before?.session.id };
        const { location, kept } = await oidc.begin(from);
        const cookie = { name: "freshet_oidc", value: kept, maxAgeSeconds: OIDC_KEPT_SECONDS } as const;
        // It comes back from another site: a Strict cookie would stay behind.
        setCookie(request, reply, { ...cookie, sameSite: "Lax" }, reached);
        return reply.redirect(location);
      } catch (error) {
        return reply.redirect(problemAt(request, error, wanted));
      }
    },
  );
  app.get(
    OIDC_CALLBACK,
    {
      config,
      schema: {
        summary:
          "Where the organisation's own sign-in leads back to, with what RFC 6749 and OpenID Connect say.",
        response: { 302: NOTHING },
        errors: ["OIDC_ABSENT"],
      },
    },
    async (request, reply) => {
      if (!oidc) throw new ServerError("OIDC_ABSENT");
      const kept = readCookie(request, "freshet_oidc", reached);
      dropCookie(request, reply, "freshet_oidc", reached);
      let wanted: string | undefined;
      try {
        const begun = oidc.open(kept);
        wanted = begun.returnTo;
        if (failures.isSpent(request.ip)) throw new ServerError("SIGN_IN_TOO_OFTEN");
        const place = (request.raw.url ?? "").indexOf("?");
        const query = place === -1 ? "" : (request.raw.url ?? "").slice(place);
        const identity = await oidc.finish(query, begun).catch((error: unknown) => {
          // Any page may lead a browser here, and a provider that is away is nobody's fault: only what the provider refused counts.
          const isOwn = new URLSearchParams(query).get("state") === begun.state;
          if (isOwn && isServerError(error) && error.code === "OIDC_REFUSED") failures.add(request.ip);
          throw error;
        });
        const signedIn = await parts.signIn(identity, visitorOf(request, reached));
        await giveSession(request, reply, signedIn, parts);
        if (begun.session !== undefined) await parts.sessions.closeById(begun.session, request.ip);
        return reply.redirect(begun.returnTo);
      } catch (error) {
        return reply.redirect(problemAt(request, error, wanted));
      }
    },
  );
}

/** A page of the console, and of nobody else. */
function returnTo(wanted = CONSOLE): string {
  const url = URL.parse(wanted, BASE);
  const isConsole =
    url?.origin === BASE && (url.pathname === CONSOLE || url.pathname.startsWith(`${CONSOLE}/`));
  return isConsole ? pathOf(url) : CONSOLE;
}

const pathOf = ({ pathname, search, hash }: URL) => pathname + search + hash;

function causeOf(error: unknown): string | undefined {
  const { cause } = error as { readonly cause?: unknown };
  return cause === undefined ? undefined : String(cause);
}
