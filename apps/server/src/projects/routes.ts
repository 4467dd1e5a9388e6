import type { Kysely } from "@freshet/store";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { authorOf, principalOf } from "../access/plugin.ts";
import { type PageQuery, pageOf, readPlace, USUAL_PAGE } from "../admin/cursor.ts";
import {
  checkedByHandler,
  choice,
  count,
  list,
  object,
  PAGE_QUERY,
  page,
  text,
  time,
} from "../admin/schemas.ts";
import type { ProjectSection } from "../config/project-schema.ts";
import { ServerError } from "../errors.ts";
import type { Changed, Changer, ProjectChanges } from "./changes.ts";
import type { Known, ProjectFeed } from "./feed.ts";
import type { ProjectTables, VersionRow } from "./migrations.ts";
import { maskSettings } from "./sealed.ts";
import { SETTINGS_SCHEMA, visibleSettings } from "./settings.ts";
import { listVersions, readIfMatch, readNumber, readVersion, writeEtag } from "./versions.ts";

const NAME = { name: text("Name of the project.", 63) };
const VERSION = { ...NAME, version: text("Number of the version.", 15) };
const NOTE = { "note?": text("Why, for whoever reads the versions.", 500) };
const IF_MATCH = {
  "If-Match": "The ETag of what was read: the change is refused if somebody else was faster.",
};
const INVALIDATIONS = list(text("Id of an invalidation to follow under /invalidate.", 60), 10);
const SUMMARY = {
  name: text("Name of the project.", 63),
  origin: choice("Where it is written: projects of the configuration file are changed there alone.", [
    "file",
    "store",
  ]),
  "version?": count("The version in force; absent for a project of the file.", 1),
};
/** Checked where masks have become secrets again, and with more than a schema can see. */
const SENT = checkedByHandler(SETTINGS_SCHEMA);
const PROJECT = object(
  "A project with its settings. Secrets are masked; a mask that is sent back keeps its secret.",
  {
    ...SUMMARY,
    settings: SETTINGS_SCHEMA,
  },
);
const CHANGED = object("What is in force on this instance; on all of them within a second.", {
  ...SUMMARY,
  settings: SETTINGS_SCHEMA,
  invalidations: INVALIDATIONS,
});
const VERSION_VIEW = {
  version: count("Its number.", 1),
  at: time("When it was made."),
  principal: text("Who made it."),
  address: text("Where the request came from.", 100),
  ...NOTE,
  "deleted?": { type: "boolean", description: "This version ended the project." } as const,
};

interface NamedParams {
  readonly Params: { readonly name: string };
}
interface VersionParams {
  readonly Params: { readonly name: string; readonly version: string };
}

export interface ProjectRouteParts {
  readonly db: Kysely<ProjectTables>;
  readonly feed: ProjectFeed;
  readonly changes: ProjectChanges;
  /** What the configuration file says of its projects. */
  readonly sections: Readonly<Record<string, ProjectSection>>;
}

/** Projects, their settings and the versions of these. */
export function projectRoutes(app: FastifyInstance, parts: ProjectRouteParts): void {
  const { db, feed, changes, sections } = parts;
  const isFixed = (name: string) => Object.hasOwn(sections, name);
  const live = (name: string): Known | undefined => {
    const known = feed.known.get(name);
    return known === undefined || known.isDeleted ? undefined : known;
  };
  const summary = (name: string) =>
    isFixed(name)
      ? { name, origin: "file" as const }
      : { name, origin: "store" as const, version: live(name)?.version };
  const view = (name: string) => {
    if (isFixed(name)) return { ...summary(name), settings: visibleSettings(sections[name]) };
    const known = live(name);
    if (!known) throw new ServerError("PROJECT_NOT_FOUND");
    return { ...summary(name), settings: maskSettings(SETTINGS_SCHEMA, known.settings) };
  };
  const answer = (name: string, { invalidations }: Changed) => ({
    ...view(name),
    invalidations: invalidations.map(({ uuid }) => uuid),
  });
  const changer = (request: FastifyRequest, note: string | undefined): Changer => ({
    by: authorOf(request),
    isInstallation: principalOf(request).project === undefined,
    note,
  });

  app.get<{ Querystring: PageQuery }>(
    "/projects",
    {
      config: { access: { right: "read", of: "visible" } },
      schema: {
        summary: "Lists the projects that the key may see, by name.",
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
      const { project } = principalOf(request);
      const names = [...new Set([...Object.keys(sections), ...stored])]
        .filter((name) => name > after && (project === undefined || name === project))
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
      const changed = await changes.write(name, "none", { settings }, changer(request, note));
      reply.code(201).header("location", `/projects/${name}`).header("etag", writeEtag(changed.version));
      return answer(name, changed);
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
      const changed = await changes.write(name, expected, { settings }, changer(request, note));
      reply.header("etag", writeEtag(changed.version));
      return answer(name, changed);
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
      const changed = await changes.write(name, expected, { remove: true }, changer(request, undefined));
      return { invalidations: changed.invalidations.map(({ uuid }) => uuid) };
    },
  );
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
      if (isFixed(name)) throw new ServerError("PROJECT_READ_ONLY");
      const expected = readIfMatch(request.headers["if-match"]);
      const wish = { restore: readNumber(version) ?? 0 };
      const changed = await changes.write(name, expected, wish, changer(request, `restores ${version}`));
      reply.header("etag", writeEtag(changed.version));
      return answer(name, changed);
    },
  );
}

function viewVersion({ version, at, principal, address, note, settings }: VersionRow) {
  return {
    ...{ version, at: new Date(at).toISOString(), principal, address },
    ...(note === null ? {} : { note }),
    ...(settings === null ? { deleted: true } : {}),
  };
}
