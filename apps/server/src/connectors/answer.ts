import { count, list, object, text, time } from "../admin/schemas.ts";
import type { Schema } from "../config/shape.ts";
import { ServerError } from "../errors.ts";

const WALK = object("The walk over everything the site has.", {
  state: text("waiting, walking, resting or failing.", 20),
  pass: count("Number of the walk; the first one only learns what is there."),
  steps: count("How far it is, in the connector's own unit, such as attachments."),
  "total?": count("How far it goes; absent where nobody knows."),
  originals: count("Originals it has met."),
  found: count("Originals that were not as they were known."),
  "started_at?": time("When it began."),
  "finished_at?": time("When the last one ended."),
  "error?": text("Why its last page could not be read.", 1_000),
});

export const SITES = object("How each site of the project stands.", {
  sites: list(
    object("A site.", {
      site: text("Its name.", 2_000),
      state: text(
        "ok: nothing waits. behind: events wait. unreachable: the site did not answer. paused: it was switched off.",
        20,
      ),
      lag_ms: count("Milliseconds that the oldest event waits."),
      "error?": text("Why it is not ok.", 1_000),
      "pulled_at?": time("When the site was last asked for events."),
      "reconcile?": WALK,
    }),
    1_000,
  ),
});

export const EVENTS = object("Lines of the event log, newest first.", {
  events: list(
    object("An event.", {
      site: text("The site it came from.", 2_000),
      event: text("Its id there.", 300),
      "subject?": text("What it is about, in the words of the CMS.", 500),
      "link?": text("Where a person can look at that.", 2_000),
      via: text("push: the site sent it. pull: it was asked for. walk: a walk over everything found it.", 20),
      received_at: time("When it was stored."),
      state: text("received, invalidating, nothing-to-do, done or failed.", 20),
      changed_at: time("Since when."),
      invalidations: list(text("Id of an invalidation.", 100)),
      "remark?": text("Why it is where it is.", 2_000),
    }),
    1_000,
  ),
  "cursor?": text("Where the next page begins; absent on the last one.", 2_000),
});

export const BEGUN = object("What was begun.", {
  sites: list(text("A site that is looked through now.", 2_000), 1_000),
});

/**
 * What of a foreign answer fits a shape: named members alone, cut to their bounds; what may be absent may also be null.
 * @throws ServerError CONNECTOR_BROKEN when something that must be there is not, or is something else.
 */
export function fitted(schema: Schema, value: unknown): unknown {
  if ("items" in schema) {
    if (!Array.isArray(value)) throw new ServerError("CONNECTOR_BROKEN");
    return value.slice(0, schema.maxItems).map((each) => fitted(schema.items, each));
  }
  if ("properties" in schema) return fittedObject(schema, value);
  if ("minimum" in schema && Number.isSafeInteger(value) && (value as number) >= 0) return value;
  if ("maxLength" in schema && typeof value === "string") return fittedText(schema, value);
  throw new ServerError("CONNECTOR_BROKEN");
}

function fittedObject(schema: Extract<Schema, { readonly properties: unknown }>, value: unknown): object {
  if (typeof value !== "object" || value === null) throw new ServerError("CONNECTOR_BROKEN");
  const members = Object.entries(schema.properties).flatMap(([name, inner]) => {
    const member = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    const isAbsent = member === undefined || member === null;
    return isAbsent && !schema.required?.includes(name) ? [] : [[name, fitted(inner, member)] as const];
  });
  return Object.fromEntries(members);
}

function fittedText(schema: Extract<Schema, { readonly maxLength: number }>, value: string): string {
  const cut = value.slice(0, schema.maxLength).toWellFormed();
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(cut)) {
    throw new ServerError("CONNECTOR_BROKEN");
  }
  return cut;
}
