import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { NOTHING } from "../admin/openapi.ts";
import { object, text } from "../admin/schemas.ts";
import { ServerError } from "../errors.ts";
import { dropCookie, type Reached, readCookie, setCookie } from "./cookies.ts";
import type { Devices } from "./devices.ts";
import { authorOf, principalOf } from "./plugin.ts";
import {
  CHECK_BODY,
  INVITATION_BODY,
  INVITED,
  PASSWORD_BODY,
  SESSION_STATE,
  SESSIONS,
  SETUP_BODY,
  SIGN_IN_BODY,
} from "./schemas.ts";
import type { Sessions } from "./sessions.ts";
import type { Setup } from "./setup.ts";
import type { SignedIn, SignIn, Visitor } from "./sign-in.ts";
import { viewMe, viewSessions } from "./view.ts";

/** Seconds that a browser keeps the proof that somebody signed in there. */
const DEVICE_SECONDS = 365 * 86_400;

export interface SessionRouteParts {
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly devices: Devices;
  readonly setup: Pick<Setup, "isNeeded">;
  readonly reached: Reached;
  /** How the organisation's own sign-in is called; undefined where there is none. */
  readonly providerName: string | undefined;
  readonly now: () => number;
}

/** Gives the browser what it is signed in by. */
export async function giveSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { user, token, session }: SignedIn,
  { sessions, devices, reached, now }: Pick<SessionRouteParts, "sessions" | "devices" | "reached" | "now">,
): Promise<void> {
  const before = readCookie(request, "freshet_session", reached);
  // Who signs in again leaves no second session behind, and takes over nobody's.
  if (before !== undefined) await sessions.close(before, request.ip);
  const maxAgeSeconds = Math.ceil((session.ends_at - now()) / 1_000);
  setCookie(request, reply, { name: "freshet_session", value: token, maxAgeSeconds }, reached);
  const device = { name: "freshet_device", value: await devices.make(user.id) } as const;
  setCookie(request, reply, { ...device, maxAgeSeconds: DEVICE_SECONDS }, reached);
}

export function visitorOf(request: FastifyRequest, reached: Reached): Visitor {
  const { "user-agent": agent = "" } = request.headers;
  return { address: request.ip, agent, device: readCookie(request, "freshet_device", reached) };
}

/** Signing in and out, and what belongs to whoever is signed in. */
export function sessionRoutes(app: FastifyInstance, parts: SessionRouteParts): void {
  const { sessions, signIn, setup, reached, providerName } = parts;
  const stateOf = async (who: Pick<SignedIn, "user" | "session"> | undefined) => ({
    setup_needed: who === undefined && (await setup.isNeeded()),
    ...(providerName === undefined ? {} : { oidc: { name: providerName } }),
    ...(who ? { user: viewMe(who.user, who.session) } : {}),
  });
  const welcome = async (request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn) => {
    await giveSession(request, reply, signedIn, parts);
    reply.code(201);
    return stateOf(signedIn);
  };
  const open = { access: "public", isForBrowsers: true } as const;
  const own = { access: "user" } as const;

  app.get(
    "/access/session",
    {
      config: open,
      schema: {
        summary: "Says who is signed in, and how somebody can be.",
        response: { 200: SESSION_STATE },
      },
    },
    async (request, reply) => {
      const token = readCookie(request, "freshet_session", reached);
      const found = token === undefined ? undefined : await sessions.find(token);
      if (token !== undefined && !found) dropCookie(request, reply, "freshet_session", reached);
      return stateOf(found);
    },
  );
  app.post<{ Body: { readonly email: string; readonly password: string } }>(
    "/access/session",
    {
      config: open,
      schema: {
        summary: "Signs in by password. The session is a cookie that no script can read.",
        body: SIGN_IN_BODY,
        response: { 201: SESSION_STATE },
        errors: ["BODY_UNREADABLE", "CSRF_REFUSED", "SIGN_IN_REFUSED", "SIGN_IN_TOO_OFTEN"],
      },
    },
    async (request, reply) => {
      const { email, password } = request.body;
      const signedIn = await signIn.byPassword(email, password, visitorOf(request, reached));
      return welcome(request, reply, signedIn);
    },
  );
  app.delete(
    "/access/session",
    {
      config: open,
      schema: {
        summary: "Signs out, whoever is or is not signed in.",
        response: { 204: NOTHING },
        errors: ["CSRF_REFUSED"],
      },
    },
    async (request, reply) => {
      const token = readCookie(request, "freshet_session", reached);
      if (token !== undefined) await sessions.close(token, request.ip);
      dropCookie(request, reply, "freshet_session", reached);
      return reply.code(204).send();
    },
  );
  app.post<{ Body: Parameters<SignIn["bySetup"]>[0] }>(
    "/access/setup",
    {
      config: open,
      schema: {
        summary: "Makes the first user, an administrator of the installation, and signs in. It works once.",
        body: SETUP_BODY,
        response: { 201: SESSION_STATE },
        errors: [
          ...(["BODY_UNREADABLE", "CSRF_REFUSED", "SETUP_TOKEN_WRONG", "SETUP_DONE"] as const),
          ...(["PASSWORD_WEAK", "SIGN_IN_TOO_OFTEN"] as const),
        ],
      },
    },
    async (request, reply) => {
      const signedIn = await signIn.bySetup(request.body, visitorOf(request, reached));
      return welcome(request, reply, signedIn);
    },
  );
  app.post<{ Body: Parameters<SignIn["byInvitation"]>[0] }>(
    "/access/invitation",
    {
      config: open,
      schema: {
        summary:
          "Chooses a password by a one-time link, an invitation or a reset, and signs in: in this browser in place of who was.",
        body: INVITATION_BODY,
        response: { 201: SESSION_STATE },
        errors: ["BODY_UNREADABLE", "CSRF_REFUSED", "LINK_WRONG", "PASSWORD_WEAK", "SIGN_IN_TOO_OFTEN"],
      },
    },
    async (request, reply) => {
      const signedIn = await signIn.byInvitation(request.body, visitorOf(request, reached));
      return welcome(request, reply, signedIn);
    },
  );
  app.post<{ Body: { readonly token: string } }>(
    "/access/invitation/check",
    {
      config: open,
      schema: {
        summary: "Says whom a one-time link is for, and does not use it up.",
        body: CHECK_BODY,
        response: { 200: INVITED },
        errors: ["BODY_UNREADABLE", "CSRF_REFUSED", "LINK_WRONG", "SIGN_IN_TOO_OFTEN"],
      },
    },
    async (request) => {
      const { user, expiresAt } = await signIn.invited(request.body.token, request.ip);
      const { email, name } = user;
      return { email, name, expires_at: new Date(expiresAt).toISOString() };
    },
  );
  app.put<{ Body: { readonly password: string; readonly next: string } }>(
    "/access/password",
    {
      config: own,
      schema: {
        summary: "Chooses another password. Every other session of the user ends.",
        body: PASSWORD_BODY,
        response: { 204: NOTHING },
        errors: ["BODY_UNREADABLE", "PASSWORD_WRONG", "PASSWORD_WEAK", "SIGN_IN_TOO_OFTEN"],
      },
    },
    async (request, reply) => {
      await signIn.changePassword(userOf(request), request.body, authorOf(request));
      return reply.code(204).send();
    },
  );
  app.get(
    "/access/sessions",
    {
      config: own,
      schema: {
        summary: "Lists the browsers in which whoever asks is signed in.",
        response: { 200: SESSIONS },
      },
    },
    async (request) => {
      const { id, session } = userOf(request);
      return viewSessions(await sessions.list(id), session);
    },
  );
  app.delete(
    "/access/sessions",
    {
      config: own,
      schema: { summary: "Ends all of one's sessions but this one.", response: { 204: NOTHING } },
    },
    async (request, reply) => {
      const { id, session } = userOf(request);
      await sessions.revokeAll(id, authorOf(request), session);
      return reply.code(204).send();
    },
  );
  app.delete<{ Params: { readonly id: string } }>(
    "/access/sessions/:id",
    {
      config: own,
      schema: {
        summary: "Ends one of one's sessions.",
        params: object("Which.", { id: text("The session's id.", 20) }),
        response: { 204: NOTHING },
        errors: ["SESSION_UNKNOWN"],
      },
    },
    async (request, reply) => {
      await sessions.revoke(userOf(request).id, request.params.id, authorOf(request));
      return reply.code(204).send();
    },
  );
}

function userOf(request: FastifyRequest): { readonly id: string; readonly session: string } {
  const { user } = principalOf(request);
  if (!user) throw new ServerError("SESSION_OVER");
  return user;
}
