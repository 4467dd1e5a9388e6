import type { FastifyInstance } from "fastify";
import { projectOfRequest } from "../access/plugin.ts";
import { choice, list, named, object, text, time } from "../admin/schemas.ts";
import { SENT } from "../projects/describe.ts";
import type { Drafts } from "../projects/drafts.ts";
import type { Projects } from "../projects/project.ts";
import { explain } from "./explain.ts";
import { targetOf, viewExplanation } from "./explanation-view.ts";
import { hostsOf } from "./picture-route.ts";

const GIVEN = {
  value: text("The value, in its canonical spelling.", 8_192),
  layer: choice("Who gave it.", ["sealed", "preset", "url", "rule", "default"]),
  "by?": text("Name of the preset, or what the rule matches.", 500),
};
export const EXPLANATION = named(
  "Explanation",
  object("What becomes of a delivery URL. No origin is asked.", {
    project: text("Name of the project.", 63),
    "hosts?": list(
      text("A host under which the project is asked: of its settings, or the one of this request.", 300),
      1_001,
    ),
    "refused?": object("Why it would be refused; absent where it would not.", {
      code: text("Permanent code, see the table of errors.", 60),
      sentence: text("The sentence of the code, and which input it was about.", 10_000),
    }),
    signature: object("What its signatures say.", {
      "by?": choice("The kind of the true one; absent for none.", ["fr_sig", "ci_sign", "ci_seal", "v6"]),
      covers: choice("What nobody without the salt can have changed.", ["everything", "sealed", "nothing"]),
      "expires?": time("When the URL ends."),
    }),
    "original?": object("Absent where the URL names none.", {
      written: text("As the URL writes it.", 8_192),
      steps: list(
        object("One step to it.", {
          "alias?": text("Name of the alias; absent for the prefix.", 500),
          text: text("What is behind the step.", 10_000),
        }),
        10,
      ),
      name: text("Normal form: what invalidations and tags go by.", 10_000),
      tag: text("Its cache tag.", 30),
      from: list(text("Where it is read, in the order of trying.", 10_000), 2),
      isAllowed: { type: "boolean", description: "Whether the project may read it there." },
    }),
    "version?": text("vh.", 8_192),
    "preset?": text("Name of the preset in force.", 100),
    parameters: list(
      object("A parameter in effect.", {
        name: text("Its canonical name.", 60),
        ...GIVEN,
        overrides: list(object("A value that it won over, strongest first.", GIVEN), 300),
      }),
    ),
    remarks: list(
      object("A parameter that was not followed.", {
        parameter: text("Its name.", 8_192),
        text: text("What was written.", 8_192),
        expected: text("What should have been."),
      }),
      10_000,
    ),
    format: object("What the output format depends on.", {
      "requested?": list(text("A word of force_format.", 20), 1_000),
      negotiated: list(text("A format that is negotiated by Accept where none is requested.", 20), 10),
      hints: list(text("A header besides Accept that may change the answer.", 60), 10),
    }),
  }),
);

const NAME = { name: text("Name of the project.", 63) };
const URL_TEXT = { ...text("A delivery URL, whole or its path and query alone.", 8_192), minLength: 1 };

/** `/projects/{name}/explain`: what the project makes of a delivery URL, by the settings in force or by a draft of others. */
export function explainRoutes(
  app: FastifyInstance,
  {
    projects,
    drafts,
    now,
  }: { readonly projects: Projects; readonly drafts: Drafts; readonly now: () => number },
): void {
  app.get<{ Querystring: { readonly url: string } }>(
    "/projects/:name/explain",
    {
      config: { access: { right: "read", of: "path" } },
      schema: {
        summary:
          "Explains a delivery URL: its original, each parameter and who gave it, and why it would be refused.",
        params: object("Which project.", NAME),
        querystring: object("Which URL.", { url: URL_TEXT }),
        response: { 200: EXPLANATION },
        errors: ["PROJECT_NOT_FOUND", "QUERY_WRONG"],
      },
    },
    async (request, reply) => {
      reply.header("cache-control", "no-store");
      const project = projectOfRequest(request, projects);
      const explanation = explain(project, targetOf(request.query.url), now());
      return viewExplanation({ ...explanation, hosts: hostsOf(project, projects, request.host) });
    },
  );
  app.post<{
    Params: { readonly name: string };
    Body: { readonly url: string; readonly settings: unknown };
  }>(
    "/projects/:name/explain",
    {
      config: { access: { right: "admin", of: "path" } },
      schema: {
        summary: "Explains a delivery URL as it would be with other settings, which are not saved.",
        params: object("Which project.", NAME),
        body: object("What is tried.", { url: URL_TEXT, settings: SENT }),
        response: { 200: EXPLANATION },
        errors: [
          ...(["BODY_UNREADABLE", "PROJECT_NOT_FOUND", "PROJECT_READ_ONLY"] as const),
          ...(["SETTINGS_WRONG", "SETTING_NOT_ALLOWED"] as const),
        ],
      },
    },
    async (request) => {
      const { url, settings } = request.body;
      const project = await drafts(request, request.params.name, settings);
      return viewExplanation(explain(project, targetOf(url), now()));
    },
  );
}
