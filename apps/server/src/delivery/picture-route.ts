import { isProxied, isVideoPath } from "@freshet/core";
import type { FastifyInstance } from "fastify";
import { projectOfRequest } from "../access/plugin.ts";
import { choice, object, text } from "../admin/schemas.ts";
import { ServerError } from "../errors.ts";
import type { Project, Projects } from "../projects/project.ts";
import { targetOf } from "./explanation-view.ts";
import type { DeliveryRequest } from "./request.ts";
import { type DeliveryRouteParts, serveImage } from "./route.ts";

/** Sides of an original that is only looked at, at most. */
const LARGEST_LOOK = 1_600;
/** Headers that let any page read an answer: this one belongs to who asked. */
const OPEN = /^(?:access-control-|timing-allow-origin$|cross-origin-resource-policy$)/i;

/** Names under which whoever asks reaches a project: its hosts, and the one that was asked where the project answers to it. */
export function hostsOf(project: Project, projects: Projects, asked: string): readonly string[] {
  const isAsked = asked !== "" && projects.byHost(asked) === project;
  return [...new Set([...project.hosts, ...(isAsked ? [asked] : [])])];
}

/**
 * `GET /projects/{name}/picture?url=`: the image that a delivery URL gives, for a page that is served by another host than the
 * project's. The project is the one of the path; all that a URL is refused for holds here too.
 */
export function pictureRoute(
  app: FastifyInstance,
  parts: DeliveryRouteParts & { readonly projects: Projects },
): void {
  const { projects } = parts;
  app.get<{ Querystring: { readonly url: string; readonly as?: "delivered" | "original" } }>(
    "/projects/:name/picture",
    {
      config: { access: { right: "read", of: "path" } },
      schema: {
        summary:
          "Answers with the image that a delivery URL gives, and with what its original is (Freshet-Info); or with the placeholder, and why (Freshet-Error).",
        params: object("Which project.", { name: text("Name of the project.", 63) }),
        querystring: object("Which image.", {
          url: { ...text("A delivery URL, whole or its path and query alone.", 8_192), minLength: 1 },
          "as?": choice(
            `original: what it is made from, at most ${LARGEST_LOOK} pixels a side, whatever the URL and the project ask of it.`,
            ["delivered", "original"],
          ),
        }),
        response: {
          200: object(
            "The image. Freshet-Cache-Control says how long browsers may keep it under its own URL.",
            {},
          ),
        },
        media: "image/*",
        errors: ["PROJECT_NOT_FOUND", "QUERY_WRONG"],
      },
    },
    async (request, reply) => {
      const project = projectOfRequest(request, projects);
      const [host = project.name] = hostsOf(project, projects, request.host);
      // Another project may be called as this one's host.
      if (projects.byHost(host) !== project) throw new ServerError("PROJECT_NOT_FOUND", "Give it a host.");
      const { url, as = "delivered" } = request.query;
      const look = { mark: as, alter: as === "original" ? asOriginal : withInfo, dress: forOne };
      reply.hijack();
      await serveImage(parts, request.raw, reply.raw, { host, target: targetOf(url), look });
    },
  );
}

/** Says beside the image what its original is. Files that are no pictures are nothing to be looked at under another host than theirs. */
function withInfo(read: DeliveryRequest): DeliveryRequest {
  if (!isProxied(read.url.transformation)) return { ...read, info: read.info ?? "header" };
  const { hints: _hints, ...others } = read;
  return { ...others, url: { ...read.url, transformation: {} }, info: "header" };
}

/** The original alone, small enough to be shown. */
function asOriginal({ hints: _hints, ...read }: DeliveryRequest): DeliveryRequest {
  const resize = { w: LARGEST_LOOK, h: LARGEST_LOOK, func: "bound", org_if_sml: true } as const;
  const video = isVideoPath(read.url.original) ? { video: { format: "poster" as const } } : {};
  const url = { ...read.url, transformation: { ...video, resize } };
  return { ...read, sources: [read.original], images: [], url, info: "header" };
}

/** The head of an answer that is kept by nobody, for the one who asked. */
function forOne(head: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < head.length; at += 2) {
    const [name = "", value = ""] = head.slice(at, at + 2);
    if (OPEN.test(name) || /^surrogate-control$/i.test(name)) continue;
    if (/^cache-control$/i.test(name)) kept.push("Freshet-Cache-Control", value, name, "no-store");
    else kept.push(name, /^cdn-cache-control$/i.test(name) ? "no-store" : value);
  }
  return kept;
}
