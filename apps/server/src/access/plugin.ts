import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { Author } from "../admin/audit.ts";
import { isServerError, ServerError } from "../errors.ts";
import type { Project, Projects } from "../projects/project.ts";
import { type Reached, readCookie } from "./cookies.ts";
import { refuseForgery } from "./forgery.ts";
import type { Principals } from "./principals.ts";
import { type Access, includesRight, mayDo, onlyProjectOf, type Principal, projectsWith } from "./right.ts";
import type { Sessions } from "./sessions.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route needs. There is no default: a route that does not say is not registered. */
    access?: Access;
    /** A public address that gives a browser its cookie or takes it: what another site had it send is refused. */
    isForBrowsers?: true;
  }
  interface FastifyRequest {
    /** Who asks; undefined at public addresses. */
    principal: Principal | undefined;
    /** Whether who asked may still do so: for answers that go on for long. Undefined at public addresses. */
    mayGoOn: (() => Promise<boolean>) | undefined;
  }
}

type Closed = Exclude<Access, "public">;

/** Methods that change nothing, so that it does no harm when another site has a browser send them. */
const SAFE = ["GET", "HEAD", "OPTIONS"];

/** Every route that is registered behind it says what it needs, and is answered only to who has that. */
export function accessControl(
  app: FastifyInstance,
  principals: Principals,
  projects: Projects,
  {
    refresh = async () => {},
    isKept = () => false,
    sessions,
    reached = { url: undefined },
  }: {
    /** Puts in force what is committed: a project may have been made by another instance a moment ago. */
    readonly refresh?: () => Promise<void>;
    /** Whether the store has the project: one that cannot be read is answered by nobody, and still has to be mended. */
    readonly isKept?: (project: string) => boolean;
    /** Absent: nobody can be signed in. */
    readonly sessions?: Pick<Sessions, "principalOf">;
    readonly reached?: Reached;
  } = {},
): void {
  const isThere = (project: string) => projects.byName(project) !== undefined || isKept(project);
  app.decorateRequest("principal", undefined);
  app.decorateRequest("mayGoOn", undefined);
  /** A key counts where there is one: a browser sends its cookie by itself, nobody sends a key by accident. */
  const identify = async (request: FastifyRequest, access: Closed, isLook: boolean): Promise<Principal> => {
    const key = keyOf(request);
    const token = key === undefined ? readCookie(request, "freshet_session", reached) : undefined;
    if (sessions === undefined || token === undefined) {
      if (key === undefined && access === "user") throw new ServerError("SESSION_OVER");
      return principals.of(key, request.ip);
    }
    if (!SAFE.includes(request.method)) refuseForgery(request, reached);
    const principal = await sessions.principalOf(token, { isLook });
    if (!principal) throw new ServerError("SESSION_OVER");
    return principal;
  };
  const check = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.header("cache-control", "no-store");
    const { access } = request.routeOptions.config;
    if (access === undefined || access === "public") return;
    const principal = await identify(request, access, false).catch((error: unknown) => {
      if (isServerError(error) && error.status === 401)
        reply.header("www-authenticate", 'Bearer realm="freshet"');
      throw error;
    });
    request.principal = principal;
    await allow(request, access, principal);
    request.mayGoOn = async () => {
      try {
        await allow(request, access, await identify(request, access, true));
        return true;
      } catch (error) {
        // A store that is away for a moment takes no right away.
        return !isServerError(error) || error.status >= 500;
      }
    };
  };
  const allow = async (request: FastifyRequest, access: Closed, principal: Principal): Promise<void> => {
    if (!isAllowed(request, access, principal)) {
      throw refusalOf(principal);
    }
    // Told to nobody who might not know that there is such a project.
    if (access === "user" || (access.of !== "path" && access.of !== "key")) return;
    const project = projectOf(access, request, principal);
    if (project === undefined) throw new ServerError("PROJECT_NOT_NAMED");
    if (!isThere(project)) await refresh();
    if (!isThere(project)) throw new ServerError("PROJECT_NOT_FOUND");
  };
  const guard = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.header("cache-control", "no-store");
    if (!SAFE.includes(request.method)) refuseForgery(request, reached);
  };
  app.addHook("onRoute", (route: RouteOptions) => {
    const access = route.config?.access;
    if (access === undefined) {
      throw new Error(`${String(route.method)} ${route.url} does not say what access it needs.`);
    }
    if (access !== "public") route.onRequest = [check, route.onRequest ?? []].flat();
    else if (route.config?.isForBrowsers) route.onRequest = [guard, route.onRequest ?? []].flat();
  });
}

function isAllowed(request: FastifyRequest, access: Closed, principal: Principal): boolean {
  if (access === "user") return principal.user !== undefined;
  const { rights } = principal;
  const project = projectOf(access, request, principal);
  // Where no project is named, or none is meant, a right in some project is enough to be told so, or to see a part.
  const isSomewhere = access.of === "visible" || (access.of === "key" && project === undefined);
  if (isSomewhere) return projectsWith(rights, access.right)?.length !== 0;
  return mayDo(rights, access.right, project);
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const own = headers["x-client-key"];
  if (typeof own === "string") return own;
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
}

function projectOf(access: Closed, request: FastifyRequest, { rights }: Principal): string | undefined {
  if (access === "user") return undefined;
  if (access.of === "path") return textOf(request.params, "name");
  return access.of === "key" ? (textOf(request.query, "project") ?? onlyProjectOf(rights)) : undefined;
}

function textOf(from: unknown, name: string): string | undefined {
  const text =
    typeof from === "object" && from !== null && Object.hasOwn(from, name) && Reflect.get(from, name);
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** Who asks; for handlers of routes that are not public. */
export function principalOf({ principal }: FastifyRequest): Principal {
  if (!principal) throw new ServerError("API_KEY_WRONG");
  return principal;
}

/** What is said to whoever lacks a right: a key and a user get theirs in different places. */
export function refusalOf({ user }: Principal, detail?: string): ServerError {
  return new ServerError(user ? "RIGHT_MISSING" : "KEY_NOT_ALLOWED", detail);
}

/** Who asks and from where, as changes are written down. */
export function authorOf(request: FastifyRequest): Author {
  return { principal: principalOf(request).label, address: request.ip };
}

/** Whether who asks administers the whole installation. */
export function isInstallation(request: FastifyRequest): boolean {
  return includesRight(principalOf(request).rights.installation, "admin");
}

/**
 * Of which projects an address whose access is "visible" may show something, by name; undefined stands for everything, also for what
 * belongs to no project. `wanted` narrows it to one project, of which nothing is shown to who may not see it; for a key of one project it
 * changes nothing.
 */
export function visibleTo(request: FastifyRequest, wanted?: string): readonly string[] | undefined {
  const { access } = request.routeOptions.config;
  if (typeof access !== "object") throw new Error(`${request.routeOptions.url} says of no right.`);
  const { rights, user } = principalOf(request);
  const visible = projectsWith(rights, access.right);
  if (wanted === undefined || (user === undefined && visible !== undefined)) return visible;
  return visible === undefined || visible.includes(wanted) ? [wanted] : [];
}

/** The project that a request is about, at addresses whose access is "path" or "key". */
export function projectOfRequest(request: FastifyRequest, projects: Projects): Project {
  const principal = principalOf(request);
  const { access } = request.routeOptions.config;
  const name =
    access === undefined || access === "public" ? undefined : projectOf(access, request, principal);
  const project = name === undefined ? undefined : projects.byName(name);
  if (!project) throw new ServerError("PROJECT_NOT_FOUND");
  return project;
}
