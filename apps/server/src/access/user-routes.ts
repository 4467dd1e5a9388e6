import type { FastifyInstance } from "fastify";
import { type PageQuery, pageOf, readPlace, USUAL_PAGE } from "../admin/cursor.ts";
import { NOTHING } from "../admin/openapi.ts";
import { preconditionOf } from "../admin/precondition.ts";
import { object, PAGE_QUERY, page, text } from "../admin/schemas.ts";
import { ServerError } from "../errors.ts";
import type { Invitation } from "./links.ts";
import { authorOf, principalOf } from "./plugin.ts";
import { INVITED_USER, NEW_INVITATION, SESSIONS, USER, USER_BODY } from "./schemas.ts";
import type { Sessions } from "./sessions.ts";
import { normaliseEmail } from "./user.ts";
import { tagOfUser } from "./user-tag.ts";
import type { Users, WantedUser } from "./users.ts";
import { type RightsBody, readRights, viewSessions, viewUser } from "./view.ts";

interface Body {
  readonly email: string;
  readonly name: string;
  readonly rights: RightsBody;
}
type Named = { readonly Params: { readonly id: string } };

/** Users of the console, for administrators of the installation. */
export function userRoutes(
  app: FastifyInstance,
  parts: {
    readonly users: Users;
    readonly sessions: Sessions;
    /** Whether there is such a project, here or at another instance. */
    readonly isProject: (name: string) => Promise<boolean>;
  },
): void {
  const { users, sessions } = parts;
  const config = { access: { right: "admin", of: "installation" } } as const;
  const params = object("Which.", { id: text("The user's id.", 20) });
  const wantedOf = async ({ email, name, rights }: Body): Promise<WantedUser> => {
    const wanted = readRights(rights);
    for (const project of wanted.projects.keys()) {
      if (await parts.isProject(project)) continue;
      throw new ServerError("BODY_UNREADABLE", `rights.projects names ${project}, which is no project.`);
    }
    return { email: normaliseEmail(email), name: name.trim(), rights: wanted };
  };
  app.get<{ Querystring: PageQuery }>(
    "/access/users",
    {
      config,
      schema: {
        summary: "Lists the users of the console, by e-mail address.",
        querystring: object("Which page.", PAGE_QUERY),
        response: { 200: page("users", USER) },
        errors: ["QUERY_WRONG"],
      },
    },
    async (request) => {
      const { limit = USUAL_PAGE, cursor } = request.query;
      const rows = await users.list(limit + 1, readPlace(cursor));
      return pageOf("users", rows, limit, viewUser, ({ email }) => email);
    },
  );
  app.post<{ Body: Body }>(
    "/access/users",
    {
      config,
      schema: {
        summary: "Adds a user, who chooses a password by a one-time link that the answer alone shows.",
        body: USER_BODY,
        response: { 201: INVITED_USER },
        errors: ["BODY_UNREADABLE", "USER_EXISTS", "USERS_FULL"],
      },
    },
    async (request, reply) => {
      const { user, invitation } = await users.invite(await wantedOf(request.body), authorOf(request));
      reply.code(201).header("location", `/access/users/${user.id}`);
      const invited_until = invitation.expiresAt;
      return { ...viewUser({ ...user, invited_until }), ...viewInvitation(invitation) };
    },
  );
  app.get<Named>(
    "/access/users/:id",
    {
      config,
      schema: {
        summary: "A user; the ETag names what may be changed.",
        params,
        response: { 200: USER },
        errors: ["USER_UNKNOWN"],
      },
    },
    async (request, reply) => {
      const user = await users.get(request.params.id);
      reply.header("etag", tagOfUser(user));
      return viewUser(user);
    },
  );
  app.put<Named & { Body: Body }>(
    "/access/users/:id",
    {
      config,
      schema: {
        summary: "Changes a user. Other rights are in force with the user's next request.",
        params,
        requestHeaders: { "If-Match": "The ETag of what was read; absent: whatever there is." },
        body: USER_BODY,
        response: { 200: USER },
        errors: [
          ...(["BODY_UNREADABLE", "USER_UNKNOWN", "USER_EXISTS"] as const),
          ...(["LAST_ADMIN", "RIGHTS_ELSEWHERE", "VERSION_OUTDATED"] as const),
        ],
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const isExpected = preconditionOf({ "if-match": request.headers["if-match"] });
      await users.change(id, await wantedOf(request.body), authorOf(request), isExpected);
      const user = await users.get(id);
      reply.header("etag", tagOfUser(user));
      return viewUser(user);
    },
  );
  app.delete<Named>(
    "/access/users/:id",
    {
      config,
      schema: {
        summary:
          "Removes a user, whose sessions end. API keys that the user made stay: revoke those that should not.",
        params,
        response: { 204: NOTHING },
        errors: ["USER_UNKNOWN", "LAST_ADMIN"],
      },
    },
    async (request, reply) => {
      await users.remove(request.params.id, authorOf(request));
      return reply.code(204).send();
    },
  );
  app.post<Named>(
    "/access/users/:id/invitation",
    {
      config,
      schema: {
        summary:
          "Makes a one-time link by which the user chooses a password, the first or a new one; links from before end.",
        params,
        response: { 201: NEW_INVITATION },
        errors: ["USER_UNKNOWN", "RIGHTS_ELSEWHERE"],
      },
    },
    async (request, reply) => {
      reply.code(201);
      return viewInvitation(await users.inviteAgain(request.params.id, authorOf(request)));
    },
  );
  app.get<Named>(
    "/access/users/:id/sessions",
    {
      config,
      schema: {
        summary: "Lists the browsers in which a user is signed in.",
        params,
        response: { 200: SESSIONS },
        errors: ["USER_UNKNOWN"],
      },
    },
    async (request) => {
      const { id } = await users.get(request.params.id);
      return viewSessions(await sessions.list(id), principalOf(request).user?.session);
    },
  );
  app.delete<Named>(
    "/access/users/:id/sessions",
    {
      config,
      schema: {
        summary: "Ends all sessions of a user.",
        params,
        response: { 204: NOTHING },
        errors: ["USER_UNKNOWN"],
      },
    },
    async (request, reply) => {
      const { id } = await users.get(request.params.id);
      await sessions.revokeAll(id, authorOf(request));
      return reply.code(204).send();
    },
  );
  app.delete<{ Params: { readonly id: string; readonly session: string } }>(
    "/access/users/:id/sessions/:session",
    {
      config,
      schema: {
        summary: "Ends one session of a user.",
        params: object("Which.", {
          id: text("The user's id.", 20),
          session: text("The session's id.", 20),
        }),
        response: { 204: NOTHING },
        errors: ["SESSION_UNKNOWN"],
      },
    },
    async (request, reply) => {
      const { id, session } = request.params;
      await sessions.revoke(id, session, authorOf(request));
      return reply.code(204).send();
    },
  );
}

function viewInvitation({ token, expiresAt }: Invitation): object {
  return { invitation: token, invitation_expires_at: new Date(expiresAt).toISOString() };
}
