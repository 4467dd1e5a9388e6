import { isVideoPath, normalizeQuery } from "@freshet/core";
import type { FastifyInstance } from "fastify";
import { projectOfRequest } from "../access/plugin.ts";
import { choice, count, list, object, text } from "../admin/schemas.ts";
import { ERRORS, type ErrorCode } from "../errors.ts";
import { NETWORKS } from "../sources/address-guard.ts";
import { type Trial, type TrialParts, tryOriginal } from "../sources/trial.ts";
import { NAME, SENT } from "./describe.ts";
import type { Drafts } from "./drafts.ts";
import { describeOriginal, type Original } from "./originals.ts";
import type { Projects } from "./project.ts";
import { Trials } from "./trials.ts";

const ADDRESS = text("An address without its query.", 10_000);
const STEP = object("One request.", {
  url: ADDRESS,
  networks: list(choice("A network that the host's addresses belong to.", NETWORKS), NETWORKS.length),
  reach: choice("How far the project lets the request reach.", ["public", "private"]),
  "status?": count("Of the answer; absent where none came.", 0, 999),
  "redirect?": ADDRESS,
  ms: count("Milliseconds until the head of the answer was there."),
  "fault?": text("Why no answer came, as the socket or TLS calls it.", 100),
});
const REPORT = object("What happened.", {
  original: object("What was tried.", {
    name: text("Its normal form.", 10_000),
    kind: choice("Where it is read.", ["http", "folder", "bucket", "contentful", "files"]),
  }),
  outcome: choice("missing: the origin has no such picture. refused: nothing usable came.", [
    ...(["found", "missing", "refused"] as const),
  ]),
  "code?": text("Code that delivery would answer with; absent for a picture that can be drawn.", 60),
  "sentence?": text("The sentence of the code."),
  "reason?": text("Why, in words that name no address and no secret.", 10_000),
  steps: list(STEP, 20),
  ms: count("Milliseconds that all of it took."),
  "found?": object("What came.", {
    "contentType?": text("As the origin calls it.", 1_000),
    "format?": text("What the bytes are; absent where they are no image that is read.", 20),
    "width?": count("Pixels."),
    "height?": count("Pixels."),
    bytes: count("Size."),
    digest: text("Hex SHA-256 of the bytes.", 64),
    validator: choice("By what it is found out later whether it changed.", ["etag", "last-modified", "none"]),
  }),
});

/** `POST /projects/{name}/check-source`: reads an original once and tells what happened. */
export function trialRoutes(
  app: FastifyInstance,
  parts: {
    readonly projects: Projects;
    readonly drafts: Drafts;
    readonly trial: TrialParts;
    readonly now: () => number;
  },
): void {
  const trials = new Trials(parts.now);
  app.post<{
    Params: { readonly name: string };
    Body: { readonly path: string; readonly settings?: unknown };
  }>(
    "/projects/:name/check-source",
    {
      config: { access: { right: "write", of: "path" } },
      schema: {
        summary:
          "Tries a source out: reads an original once, past every cache and by the project's rules, and tells what happened on the way. With settings, by those, which needs every right that saving them needs.",
        params: object("Which project.", NAME),
        body: object("What is tried.", {
          path: {
            ...text("An original as delivery URLs write it behind /v7/, such as _media_/hat.jpg.", 8_192),
            minLength: 1,
          },
          "settings?": SENT,
        }),
        response: { 200: REPORT },
        errors: [
          ...(["BODY_UNREADABLE", "PROJECT_NOT_FOUND", "ORIGINAL_NOT_NAMED", "CHECKS_TOO_MANY"] as const),
          ...(["SETTINGS_WRONG", "SETTING_NOT_ALLOWED", "PROJECT_READ_ONLY"] as const),
        ],
      },
    },
    async (request, reply) => {
      const { path, settings } = request.body;
      const { name } = request.params;
      const project =
        settings === undefined
          ? projectOfRequest(request, parts.projects)
          : await parts.drafts(request, name, settings);
      const [written = "", ...query] = path
        .toWellFormed()
        .replace(/^\/+(v7\/+)?/, "")
        .split("?");
      const original = describeOriginal(project, written, normalizeQuery(query.join("?")), {
        host: project.hosts[0],
        address: request.ip,
      });
      // Whoever asked may leave; what is read for nobody ends.
      const left = new AbortController();
      reply.raw.once("close", () => left.abort());
      const trial = await trials.run(name, () => tryOriginal(original, parts.trial, left.signal));
      return viewTrial(original, trial);
    },
  );
}

function viewTrial({ name, location }: Original, trial: Trial) {
  const { outcome, reason, steps, ms, found } = trial;
  const { facts, video, contentType, ...rest } = found ?? {};
  const isShown = facts !== undefined || (video !== undefined && isVideoPath(name));
  const code = found && !isShown ? "IMAGE_UNREADABLE" : trial.code;
  return {
    original: { name, kind: location.kind },
    ...{ outcome, ms: Math.round(ms) },
    ...(code === undefined ? {} : { code, sentence: ERRORS[code as ErrorCode].sentence }),
    ...(reason === undefined ? {} : { reason }),
    steps: steps.map((step) => ({ ...step, ms: Math.round(step.ms) })),
    ...(found && {
      found: {
        ...rest,
        ...(contentType === undefined ? {} : { contentType: contentType.slice(0, 1_000) }),
        ...(video && isShown && { format: video }),
        ...(facts && { format: facts.format, width: facts.width, height: facts.height }),
      },
    }),
  };
}
