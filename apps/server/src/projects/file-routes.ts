import type { Kysely } from "@freshet/store";
import type { FastifyInstance, FastifyReply } from "fastify";
import { authorOf, projectOfRequest } from "../access/plugin.ts";
import { type PageQuery, pageOf, readPlace, USUAL_PAGE } from "../admin/cursor.ts";
import { preconditionOf } from "../admin/precondition.ts";
import {
  beside,
  choice,
  count,
  list,
  named,
  object,
  PAGE_QUERY,
  page,
  text,
  time,
} from "../admin/schemas.ts";
import type { Cells } from "../cells/cells.ts";
import { checkPicture } from "../cells/picture-check.ts";
import { fileName } from "../config/fragments.ts";
import { ServerError } from "../errors.ts";
import { NAME } from "./describe.ts";
import { type FileChanges, pathsOf } from "./file-changes.ts";
import { listFiles, readFile, tagOfFile } from "./files.ts";
import type { FileRow, ProjectTables } from "./migrations.ts";
import type { Project, Projects } from "./project.ts";

const PARAMS = object("Which file.", { ...NAME, file: fileName });
const VIEW = {
  name: text("Its name.", 100),
  format: choice("What it is, whatever it is called.", [
    ...(["jpeg", "png", "gif", "webp", "avif", "tiff", "svg"] as const),
  ]),
  width: count("Pixels."),
  height: count("Pixels."),
  bytes: count("Its size; a drawing is written anew when it is uploaded."),
  digest: text("Hex SHA-256 of the bytes; also its ETag.", 64),
  at: time("When it was uploaded."),
  principal: text("Who uploaded it."),
  paths: list(text("How delivery URLs of the project write it, behind /v7.", 1_000), 100),
  uses: list(choice("What settings use it for.", ["watermark", "placeholder"]), 2),
};
const FILE = object("One file.", VIEW);
const INVALIDATION = {
  "invalidation?": text(
    "Id of the invalidation that covers what was made with it; absent where nothing was.",
    60,
  ),
};
const KEPT = named("FileKept", object("The new file.", { ...VIEW, ...INVALIDATION }));

interface FileParams {
  readonly Params: { readonly name: string; readonly file: string };
}

/** Pictures that are uploaded for a project: watermarks, placeholders, and whatever an alias of its files leads to. */
export function fileRoutes(
  app: FastifyInstance,
  parts: {
    readonly db: Kysely<ProjectTables>;
    readonly changes: FileChanges;
    readonly projects: Projects;
    readonly cells: Cells;
  },
): void {
  const { db, changes, projects, cells } = parts;
  app.get<{ Params: { readonly name: string }; Querystring: PageQuery }>(
    "/projects/:name/files",
    {
      config: { access: { right: "read", of: "path" } },
      schema: {
        summary: "Lists the uploaded files of a project, by name.",
        params: object("Which project.", NAME),
        querystring: object("Which page.", PAGE_QUERY),
        response: { 200: page("files", FILE) },
        errors: ["PROJECT_NOT_FOUND", "QUERY_WRONG"],
      },
    },
    async (request) => {
      const { limit = USUAL_PAGE, cursor } = request.query;
      const project = projectOfRequest(request, projects);
      const rows = await listFiles(db, project.name, limit + 1, readPlace(cursor));
      return pageOf(
        "files",
        rows,
        limit,
        (row) => viewFile(project, row),
        ({ name }) => name,
      );
    },
  );
  app.get<FileParams>(
    "/projects/:name/files/:file",
    {
      config: { access: { right: "read", of: "path" } },
      schema: {
        summary: "The bytes of an uploaded file.",
        params: PARAMS,
        media: "image/*",
        response: { 200: { type: "string", description: "The picture.", maxLength: 2 ** 20 } },
        errors: ["PROJECT_NOT_FOUND", "FILE_UNKNOWN"],
      },
    },
    async (request, reply) => {
      const found = await readFile(db, request.params.name, request.params.file);
      if (!found) throw new ServerError("FILE_UNKNOWN");
      return sendPicture(reply, found);
    },
  );
  app.delete<FileParams>(
    "/projects/:name/files/:file",
    {
      config: { access: { right: "admin", of: "path" } },
      schema: {
        summary: "Removes an uploaded file; what was made with it is invalidated.",
        params: PARAMS,
        response: { 200: object("It is gone.", INVALIDATION) },
        errors: ["PROJECT_NOT_FOUND", "FILE_UNKNOWN"],
      },
    },
    async (request) => {
      const project = projectOfRequest(request, projects);
      const { invalidation } = await changes.remove(project, request.params.file, authorOf(request));
      return invalidation ? { invalidation: invalidation.uuid } : {};
    },
  );
  // Bytes are taken at this address alone: everywhere else a body is JSON.
  app.register(async (scope) => {
    scope.addContentTypeParser(
      /^(image\/|application\/octet-stream)/,
      { parseAs: "buffer" },
      (_, body, done) => done(null, body),
    );
    scope.put<FileParams & { Body: unknown }>(
      "/projects/:name/files/:file",
      {
        config: { access: { right: "admin", of: "path" } },
        schema: {
          summary:
            "Uploads a picture of at most 1 MB, over another one if there is one; what was made with that is invalidated. A drawing (SVG) is kept without what runs, loads or leads anywhere.",
          params: PARAMS,
          requestHeaders: {
            "If-Match":
              "The ETag of what is to be replaced, or * for whatever there is; absent: that or nothing.",
            "If-None-Match": "*: only where there is none of this name.",
          },
          upload: "image/*",
          response: {
            200: beside(KEPT, { description: "The file that was replaced, as it is now." }),
            201: KEPT,
          },
          errors: [
            ...(["PROJECT_NOT_FOUND", "FILE_NAME_WRONG", "FILE_NO_IMAGE", "FILES_FULL"] as const),
            ...(["BODY_TOO_LARGE", "BODY_UNREADABLE", "VERSION_OUTDATED", "SERVER_BUSY"] as const),
          ],
        },
      },
      async (request, reply) => {
        const { file } = request.params;
        const project = projectOfRequest(request, projects);
        if (!new RegExp(fileName.pattern).test(file)) throw new ServerError("FILE_NAME_WRONG");
        const { body } = request;
        if (!Buffer.isBuffer(body) || body.length === 0) throw new ServerError("FILE_NO_IMAGE");
        const picture = await checkPicture(cells, body);
        const isExpected = preconditionOf(request.headers);
        const changed = await changes.put(project, file, picture, isExpected, authorOf(request));
        reply.code(changed.isNew ? 201 : 200).header("etag", tagOfFile(changed.row));
        const { invalidation } = changed;
        return {
          ...viewFile(project, changed.row),
          ...(invalidation ? { invalidation: invalidation.uuid } : {}),
        };
      },
    );
  });
}

/** A drawing was cleaned when it came in; opened as a page it runs nothing all the same. */
function sendPicture(
  reply: FastifyReply,
  { bytes, digest, format }: { bytes: Uint8Array; digest: string; format: string },
): FastifyReply {
  return reply
    .header("content-type", `image/${format === "svg" ? "svg+xml" : format}`)
    .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
    .header("x-content-type-options", "nosniff")
    .header("etag", tagOfFile({ digest }))
    .send(Buffer.from(bytes));
}

function viewFile(project: Project, row: Omit<FileRow, "content">) {
  const { name, format, width, height, bytes, digest, at, principal } = row;
  const paths = pathsOf(project, name);
  return {
    ...{ name, format, width, height, bytes, digest, principal, paths },
    at: new Date(at).toISOString(),
    uses: [
      ...(paths.includes(`/${project.watermark?.replace(/^\/+/, "")}`) ? ["watermark"] : []),
      ...(project.placeholderFile === name ? ["placeholder"] : []),
    ],
  };
}
