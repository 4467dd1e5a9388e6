import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { Author } from "../admin/audit.ts";
import { isServerError, ServerError } from "../errors.ts";
import type { Project, Projects } from "../projects/project.ts";
import type { Principals } from "./principals.ts";
import { type Access, mayDo, type Principal } from "./right.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route needs. There is no default: a route that does not say is not registered. */
    access?: Access;
  }
  interface FastifyRequest {
    /** Who asks; undefined at public addresses. */
    principal: Principal | undefined;
    /** Whether who asked may still do so: for answers that go on for long. Undefined at public addresses. */
    mayGoOn: (() => Promise<boolean>) | undefined;
  }
}

/** Every route that is registered behind it says what it needs, and is answered only to who has that. */
export function accessControl(
  app: FastifyInstance,
  principals: Principals,
  projects: Projects,
  {
    refresh = async () => {},
    isKept = () => false,
  }: {
    /** Puts in force what is committed: a project may have been made by another instance a moment ago. */
    readonly refresh?: () => Promise<void>;
    /** Whether the store has the project: one that cannot be read is answered by nobody, and still has to be mended. */
    readonly isKept?: (project: string) => boolean;
  } = {},
): void {
  const isThere = (project: string) => projects.byName(project) !== undefined || isKept(project);
  app.decorateRequest("principal", undefined);
  app.decorateRequest("mayGoOn", undefined);
  const check = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.header("cache-control", "no-store");
    const { access } = request.routeOptions.config;
    if (access === undefined || access === "public") return;
    const principal = await identify(request, reply, principals);
    request.principal = principal;
    await allow(request, access, principal);
    request.mayGoOn = async () => {
      try {
        await allow(request, access, await principals.of(keyOf(request), request.ip));
        return true;
      } catch (error) {
        // A store that is away for a moment takes no right away.
        return !isServerError(error) || error.status >= 500;
      }
    };
  };
  const allow = async (
    request: FastifyRequest,
    access: Exclude<Access, "public">,
    principal: Principal,
  ): Promise<void> => {
    const project = access.of === "visible" ? principal.project : projectOf(access, request, principal);
    if (!mayDo(principal, access.right, project)) throw new ServerError("KEY_NOT_ALLOWED");
    // Told to nobody who might not know that there is such a project.
    if (access.of !== "path" && access.of !== "key") return;
    if (project === undefined) throw new ServerError("PROJECT_NOT_NAMED");
    if (!isThere(project)) await refresh();
    if (!isThere(project)) throw new ServerError("PROJECT_NOT_FOUND");
  };
  app.addHook("onRoute", (route: RouteOptions) => {
    const access = route.config?.access;
    if (access === undefined) {
      throw new Error(`${String(route.method)} ${route.url} does not say what access it needs.`);
    }
    if (access !== "public") route.onRequest = [check, route.onRequest ?? []].flat();
  });
}

async function identify(
  request: FastifyRequest,
  reply: FastifyReply,
  principals: Principals,
): Promise<Principal> {
  try {
    return await principals.of(keyOf(request), request.ip);
  } catch (error) {
    if (error instanceof ServerError && error.code === "API_KEY_WRONG") {
      reply.header("www-authenticate", 'Bearer realm="freshet"');
    }
    throw error;
  }
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const own = headers["x-client-key"];
  if (typeof own === "string") return own;
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
}

function projectOf(access: Exclude<Access, "public">, request: FastifyRequest, principal: Principal) {
  if (access.of === "installation") return undefined;
  if (access.of === "path") return textOf(request.params, "name");
  return textOf(request.query, "project") ?? principal.project;
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

/** Who asks and from where, as changes are written down. */
export function authorOf(request: FastifyRequest): Author {
  return { principal: principalOf(request).label, address: request.ip };
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
