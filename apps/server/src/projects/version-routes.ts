import type { Kysely } from "@freshet/store";
import type { FastifyInstance } from "fastify";
import { type PageQuery, pageOf, readPlace, USUAL_PAGE } from "../admin/cursor.ts";
import { object, PAGE_QUERY, page } from "../admin/schemas.ts";
import { ServerError } from "../errors.ts";
import type { ProjectChanges } from "./changes.ts";
import {
  CHANGED,
  IF_MATCH,
  NAME,
  type NamedParams,
  VERSION,
  VERSION_VIEW,
  type VersionParams,
} from "./describe.ts";
import type { ProjectTables } from "./migrations.ts";
import { maskSettings } from "./sealed.ts";
import { SETTINGS_SCHEMA } from "./settings.ts";
import { listVersions, readIfMatch, readNumber, readVersion, writeEtag } from "./versions.ts";
import { changerOf, type ProjectViews, viewVersion } from "./view.ts";

/** The versions of a project's settings. */
export function versionRoutes(
  app: FastifyInstance,
  parts: {
    readonly db: Kysely<ProjectTables>;
    readonly changes: ProjectChanges;
    readonly views: ProjectViews;
  },
): void {
  const { db, changes, views } = parts;
  app.get<NamedParams & { Querystring: PageQuery }>(
    "/projects/:name/versions",
    {
      config: { access: { right: "read", of: "path" } },
      schema: {
        summary: "Lists the versions of a project's settings, newest first.",
        params: object("Which.", NAME),
        querystring: object("Which page.", PAGE_QUERY),
        response: { 200: page("versions", object("One version.", VERSION_VIEW)) },
        errors: ["PROJECT_NOT_FOUND", "QUERY_WRONG"],
      },
    },
    async (request) => {
      const { limit = USUAL_PAGE, cursor } = request.query;
      const place = readPlace(cursor);
      const before = place === undefined ? undefined : readNumber(place);
      if (place !== undefined && before === undefined) throw new ServerError("QUERY_WRONG");
      const rows = await listVersions(db, request.params.name, limit + 1, before);
      return pageOf("versions", rows, limit, viewVersion, ({ version }) => String(version));
    },
  );
  app.get<VersionParams>(
    "/projects/:name/versions/:version",
    {
      config: { access: { right: "read", of: "path" } },
      schema: {
        summary: "One version with its settings.",
        params: object("Which.", VERSION),
        response: { 200: object("One version.", { ...VERSION_VIEW, "settings?": SETTINGS_SCHEMA }) },
        errors: ["PROJECT_NOT_FOUND", "VERSION_UNKNOWN"],
      },
    },
    async (request) => {
      const { name, version } = request.params;
      const row = await readVersion(db, name, readNumber(version) ?? 0);
      if (row.settings === null) return viewVersion(row);
      return { ...viewVersion(row), settings: maskSettings(SETTINGS_SCHEMA, JSON.parse(row.settings)) };
    },
  );
  app.post<VersionParams>(
    "/projects/:name/versions/:version/restore",
    {
      config: { access: { right: "admin", of: "path" } },
      schema: {
        summary:
          "Puts the settings of an earlier version in force again, secrets included, as a new version.",
        params: object("Which.", VERSION),
        requestHeaders: IF_MATCH,
        response: { 200: CHANGED },
        errors: [
          ...(["PROJECT_NOT_FOUND", "PROJECT_READ_ONLY", "SETTINGS_WRONG", "SETTING_NOT_ALLOWED"] as const),
          ...(["VERSION_UNKNOWN", "VERSION_OUTDATED", "VERSION_MISSING"] as const),
        ],
      },
    },
    async (request, reply) => {
      const { name, version } = request.params;
      if (views.isFixed(name)) throw new ServerError("PROJECT_READ_ONLY");
      const expected = readIfMatch(request.headers["if-match"]);
      const wish = { restore: readNumber(version) ?? 0 };
      const changed = await changes.write(name, expected, wish, changerOf(request, `restores ${version}`));
      reply.header("etag", writeEtag(changed.version));
      return views.changed(name, changed);
    },
  );
}
