import type { FastifyInstance } from "fastify";
import { visibleTo } from "../access/plugin.ts";
import { type PageQuery, pageOf, readPlace, USUAL_PAGE } from "../admin/cursor.ts";
import { object, PAGE_QUERY, page } from "../admin/schemas.ts";
import type { ProjectSection } from "../config/project-schema.ts";
import { ServerError } from "../errors.ts";
import type { ProjectChanges } from "./changes.ts";
import {
  CHANGED,
  IF_MATCH,
  INVALIDATIONS,
  NAME,
  type NamedParams,
  NOTE,
  PROJECT,
  SENT,
  SUMMARY,
} from "./describe.ts";
import type { ProjectFeed } from "./feed.ts";
import { readIfMatch, writeEtag } from "./versions.ts";
import { changerOf, type ProjectViews } from "./view.ts";

export interface ProjectRouteParts {
  readonly feed: ProjectFeed;
  readonly changes: ProjectChanges;
  readonly views: ProjectViews;
  /** What the configuration file says of its projects. */
  readonly sections: Readonly<Record<string, ProjectSection>>;
}

/** Projects and their settings. */
export function projectRoutes(app: FastifyInstance, parts: ProjectRouteParts): void {
  const { feed, changes, sections, views } = parts;
  const { isFixed, summary, view } = views;
  app.get<{ Querystring: PageQuery }>(
    "/projects",
    {
      config: { access: { right: "read", of: "visible" } },
      schema: {
        summary: "Lists the projects that whoever asks may see, by name.",
        querystring: object("Which page.", PAGE_QUERY),
        response: { 200: page("projects", object("One project.", SUMMARY)) },
        errors: ["QUERY_WRONG"],
      },
    },
    async (request) => {
      await feed.refresh();
      const { limit = USUAL_PAGE, cursor } = request.query;
      const after = readPlace(cursor) ?? "";
      const stored = [...feed.known.values()].flatMap(({ name, isDeleted }) => (isDeleted ? [] : [name]));
      const visible = visibleTo(request);
      const names = [...new Set([...Object.keys(sections), ...stored])]
        .filter((name) => name > after && (visible === undefined || visible.includes(name)))
        .toSorted((one, other) => (one < other ? -1 : 1));
      return pageOf("projects", names.slice(0, limit + 1), limit, summary, (name) => name);
    },
  );
  app.post<{ Body: { readonly name: string; readonly settings: unknown; readonly note?: string } }>(
    "/projects",
    {
      config: { access: { right: "admin", of: "installation" } },
      schema: {
        summary: "Makes a project. It is served by every instance within a second.",
        body: object("The project.", { ...NAME, settings: SENT, ...NOTE }),
        response: { 201: CHANGED },
        errors: [
          ...(["BODY_UNREADABLE", "PROJECT_NAME_WRONG", "PROJECT_EXISTS", "PROJECT_READ_ONLY"] as const),
          "SETTINGS_WRONG",
        ],
      },
    },
    async (request, reply) => {
      const { name, settings, note } = request.body;
      const changed = await changes.write(name, "none", { settings }, changerOf(request, note));
      reply.code(201).header("location", `/projects/${name}`).header("etag", writeEtag(changed.version));
      return views.changed(name, changed);
    },
  );
  app.get<NamedParams>(
    "/projects/:name",
    {
      config: { access: { right: "read", of: "path" } },
      schema: {
        summary: "A project with its settings; the ETag names their version.",
        params: object("Which.", NAME),
        response: { 200: PROJECT },
        errors: ["PROJECT_NOT_FOUND"],
      },
    },
    async (request, reply) => {
      await feed.refresh();
      const shown = view(request.params.name);
      const { version } = summary(request.params.name);
      if (version !== undefined) reply.header("etag", writeEtag(version));
      return shown;
    },
  );
  app.put<NamedParams & { Body: { readonly settings: unknown; readonly note?: string } }>(
    "/projects/:name",
    {
      config: { access: { right: "admin", of: "path" } },
      schema: {
        summary: "Puts other settings in force, as a new version.",
        params: object("Which.", NAME),
        requestHeaders: IF_MATCH,
        body: object("All settings; what is left out has its default.", {
          settings: SENT,
          ...NOTE,
        }),
        response: { 200: CHANGED },
        errors: [
          ...(["BODY_UNREADABLE", "PROJECT_NOT_FOUND", "PROJECT_READ_ONLY", "SETTINGS_WRONG"] as const),
          ...(["SETTING_NOT_ALLOWED", "VERSION_OUTDATED", "VERSION_MISSING"] as const),
        ],
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (isFixed(name)) throw new ServerError("PROJECT_READ_ONLY");
      const expected = readIfMatch(request.headers["if-match"]);
      const { settings, note } = request.body;
      const changed = await changes.write(name, expected, { settings }, changerOf(request, note));
      reply.header("etag", writeEtag(changed.version));
      return views.changed(name, changed);
    },
  );
  app.delete<NamedParams>(
    "/projects/:name",
    {
      config: { access: { right: "admin", of: "installation" } },
      schema: {
        summary: "Ends a project: its hosts are answered by 404, its keys are revoked. Its versions stay.",
        params: object("Which.", NAME),
        requestHeaders: IF_MATCH,
        response: { 200: object("It is gone.", { invalidations: INVALIDATIONS }) },
        errors: ["PROJECT_NOT_FOUND", "PROJECT_READ_ONLY", "VERSION_OUTDATED", "VERSION_MISSING"],
      },
    },
    async (request) => {
      const { name } = request.params;
      if (isFixed(name)) throw new ServerError("PROJECT_READ_ONLY");
      const expected = readIfMatch(request.headers["if-match"]);
      const changed = await changes.write(name, expected, { remove: true }, changerOf(request, undefined));
      return { invalidations: changed.invalidations.map(({ uuid }) => uuid) };
    },
  );
}
