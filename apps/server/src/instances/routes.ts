import type { FastifyInstance } from "fastify";
import { choice, count, list, object, text, time } from "../admin/schemas.ts";
import type { Instances } from "./instances.ts";
import { ROLES } from "./roles.ts";

/** `applied` is null while an instance catches up after its start, which the configuration's schemas cannot say. */
const APPLIED = {
  type: ["integer", "null"],
  description: "Everything through this number is applied; null while it catches up after its start.",
};

const INSTANCE = object("One instance.", {
  name: text("Another one for each boot.", 300),
  role: choice("What it is there for.", ROLES),
  lag: count("Invalidations it has still to apply."),
  state: choice(
    "skipped: an invalidation went on without it; until it has caught up it answers nothing from its caches.",
    ["current", "behind", "skipped"],
  ),
  started_at: time("When it started."),
  seen_at: time("When it was heard last."),
});

/** `GET /instances`: who serves and how far each is. */
export function instanceRoutes(app: FastifyInstance, { instances }: { readonly instances: Instances }): void {
  app.get(
    "/instances",
    {
      config: { access: { right: "read", of: "visible" } },
      schema: {
        summary: "Lists the instances and how far each is in the journal.",
        response: {
          200: object("The journal's head, and who follows it.", {
            head: count("The newest number."),
            instances: list(
              { ...INSTANCE, properties: { ...INSTANCE.properties, applied: APPLIED as never } },
              10_000,
            ),
          }),
        },
      },
    },
    () => instances.view(),
  );
}
