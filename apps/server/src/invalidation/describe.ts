import { INVALIDATION_SCOPES, INVALIDATION_STATUSES } from "@freshet/core";
import { choice, named, object, text } from "../admin/schemas.ts";

// What the document of the API says about invalidations. The bodies keep Cloudimage's shapes, with null where they have it.

const READ = { access: { right: "read", of: "key" } } as const;
const WRITE = { access: { right: "write", of: "key" } } as const;
const PROJECT = { "project?": text("The project that is meant, for whoever may see several.", 63) };
const WHOSE = object("Whose.", PROJECT);
const WHICH = object("Which.", { uuid: text("Its id.", 60) });

const string = { type: "string" } as const;
const texts = { type: "array", items: string, maxItems: 1_000 } as const;
const nullable = { type: ["string", "null"] } as const;
const LINKED = {
  type: "object",
  properties: { kind: string, id: string, link: string, note: string },
  required: ["kind"],
} as const;

const REQUEST = {
  type: "object",
  description: "What is to be made fresh.",
  required: ["scope"],
  properties: {
    scope: { type: "string", enum: ["original", "urls", "tags", "all"] },
    urls: { ...texts, description: "For original and urls: 1 to 1,000 paths, the last with * for a folder." },
    tags: { ...texts, description: "For tags: 1 to 1,000 tags that rules of the project give." },
    cause: { ...LINKED, description: "What led to it; the log shows it." },
    digests: {
      type: "object",
      description: "SHA-256 in hex that the new bytes should have, by path.",
      additionalProperties: string,
    },
    transformations: { ...texts, description: "Of an older form of the API; all variants are covered." },
  },
} as const;

const RECEIPT = {
  type: "object",
  description: "It is durable and has a number.",
  required: ["status", "msg", "invalidation"],
  properties: {
    status: { const: "success" },
    msg: string,
    invalidation: {
      type: "object",
      required: ["status", "uuid", "added_at"],
      properties: { status: string, uuid: string, added_at: string },
    },
  },
} as const;

const TARGET = {
  type: "object",
  required: ["node", "status", "attempts"],
  properties: {
    node: string,
    status: { type: "string", enum: ["waiting", "done", "failed", "skipped"] },
    attempts: { type: "integer", minimum: 0 },
    lag: { type: "integer", minimum: 0 },
    at: string,
    error: string,
    by: string,
  },
} as const;

const COUNT = { type: "integer", minimum: 0 } as const;

/** What Done rests on. */
const EVIDENCE = named("Evidence", {
  type: ["object", "null"],
  properties: {
    bytes: { type: "object", properties: { changed: COUNT, same: COUNT, unknown: COUNT } },
    digests: { type: "object", properties: { match: COUNT, differ: COUNT, unknown: COUNT } },
    probes: {
      type: "object",
      properties: {
        ...{ asked: COUNT, stale: COUNT, repeats: COUNT },
        samples: {
          type: "array",
          items: {
            type: "object",
            required: ["node", "path", "status", "stamp", "cache"],
            properties: {
              ...{ node: string, path: string, status: COUNT },
              stamp: { type: ["integer", "null"] },
              cache: { type: "string", enum: ["hit", "miss", "pass", "unknown"] },
            },
          },
        },
      },
    },
  },
} as const);

const ENTRY = named("Invalidation", {
  type: "object",
  description: "An invalidation with its stages and evidence.",
  required: ["status", "uuid", "added_at", "scope", "urls", "sequence", "cause", "attempt", "stages"],
  properties: {
    status: {
      type: "string",
      enum: [
        ...["RECEIVED", "PREPARING", "FLUSHINGCLOUDIMAGESERVER", "FLUSHINGCDNSERVERS", "DONE"],
        ...["ERROR_CDN_NODE", "ERROR"],
      ],
    },
    uuid: string,
    added_at: string,
    scope: string,
    urls: {
      type: "object",
      properties: { received: { type: ["array", "null"], items: string }, invalidated: texts, failed: texts },
    },
    tags: texts,
    sequence: { type: "integer", minimum: 1 },
    cause: LINKED,
    requested_by: nullable,
    retried_by: nullable,
    attempt: { type: "integer", minimum: 1 },
    done_at: nullable,
    error: nullable,
    stages: {
      type: "array",
      items: {
        type: "object",
        required: ["status", "at", "targets"],
        properties: { status: string, at: string, targets: { type: "array", items: TARGET } },
      },
    },
    evidence: EVIDENCE,
  },
} as const);

const FILTERS = {
  "status?": choice("Only those that are in this stage, or ended so.", INVALIDATION_STATUSES),
  "scope?": choice("Only those of this scope.", INVALIDATION_SCOPES),
  "cause?": text("Only those with a cause of this kind, such as wordpress.", 40),
  "path?": text(
    "Only those that name this original, in whatever way it is written; with * at the end, those that name something under it.",
    8_192,
  ),
  "covers?": text(
    "Only those that cover this original: that name it, a folder around it, a tag that it has, or everything.",
    8_192,
  ),
  "since?": text("Only those received then or later, such as 2030-01-31T12:00:00Z.", 40),
  "until?": text("Only those received before.", 40),
} as const;

export const ACCEPT = {
  config: WRITE,
  schema: {
    summary: "Accepts an invalidation.",
    querystring: WHOSE,
    requestHeaders: { "Idempotency-Key": "Two requests with the same key are one." },
    body: REQUEST,
    response: { 201: RECEIPT },
    errors: [
      ...(["BODY_UNREADABLE", "BODY_TOO_LARGE", "SCOPE_UNKNOWN", "URLS_MISSING", "TAGS_MISSING"] as const),
      ...(["TAG_UNKNOWN", "PATH_WRONG", "IDEMPOTENCY_KEY_REUSED", "PROJECT_NOT_NAMED"] as const),
      "PROJECT_NOT_FOUND",
    ],
  },
} as const;

export const LIST = {
  config: READ,
  schema: {
    summary:
      "Lists invalidations, newest first. All that is asked for has to hold; where much had to be looked through, a page may be short or empty and still have a cursor.",
    querystring: object("Which page.", {
      ...PROJECT,
      ...FILTERS,
      "limit?": text("Entries on a page, 1 to 100; 20 where nothing is said.", 9),
      "cursor?": text("Where the next page begins, as the page before said.", 20),
    }),
    response: {
      200: {
        type: "object",
        description: "One page.",
        required: ["status", "invalidations", "cursor"],
        properties: {
          status: { const: "success" },
          invalidations: { type: "array", items: ENTRY },
          cursor: nullable,
        },
      },
    },
    errors: ["QUERY_WRONG", "PATH_WRONG", "PROJECT_NOT_NAMED", "PROJECT_NOT_FOUND"],
  },
} as const;

export const REACH = {
  config: READ,
  schema: {
    summary: "What an invalidation reaches now: the instances that answer, and the nodes that are purged.",
    querystring: WHOSE,
    response: {
      200: {
        type: "object",
        description: "Those that are told.",
        required: ["status", "instances", "nodes"],
        properties: {
          status: { const: "success" },
          instances: {
            type: "array",
            items: {
              type: "object",
              required: ["name", "state"],
              properties: { name: string, state: { type: "string", enum: ["current", "behind", "skipped"] } },
            },
          },
          nodes: {
            type: "array",
            items: {
              type: "object",
              required: ["node", "ending"],
              properties: { node: string, ending: { type: "string", enum: ["fenced", "probed"] } },
            },
          },
        },
      },
    },
    errors: ["PROJECT_NOT_NAMED", "PROJECT_NOT_FOUND"],
  },
} as const;

export const EVENTS = {
  config: READ,
  // Its answer has no end: there is no head alone to be had.
  exposeHeadRoute: false,
  schema: {
    summary:
      "Follows invalidations as they go, as server-sent events. Without Last-Event-ID it begins with how the open ones came to where they are.",
    querystring: object("Which.", {
      ...PROJECT,
      "uuid?": text("One of them alone; the stream ends with it.", 60),
    }),
    requestHeaders: {
      "Last-Event-ID": "Id of the last event that was received: what came behind it is told.",
    },
    media: "text/event-stream",
    response: {
      200: {
        type: "object",
        description:
          "The data of each event `progress`: a stage that was reached, or whose targets have moved. Its id is the same at every instance; after a change of instance some may come twice. An event `reset` says that Last-Event-ID is too old: read the list. Comments keep the connection open.",
        required: ["uuid", "sequence", "scope", "cause", "attempt", "status", "at", "targets"],
        properties: {
          ...{ uuid: string, sequence: ENTRY.properties.sequence, scope: string, cause: LINKED },
          ...{ attempt: ENTRY.properties.attempt, status: ENTRY.properties.status, at: string },
          targets: { type: "array", items: TARGET },
          error: nullable,
          evidence: EVIDENCE,
        },
      },
    },
    errors: [
      ...(["QUERY_WRONG", "INVALIDATION_UNKNOWN", "STREAMS_TOO_MANY", "PROJECT_NOT_NAMED"] as const),
      "PROJECT_NOT_FOUND",
    ],
  },
} as const;

export const GET = {
  config: READ,
  schema: {
    summary: "An invalidation with its stages and evidence.",
    querystring: WHOSE,
    params: WHICH,
    response: {
      200: {
        type: "object",
        description: "The invalidation.",
        required: ["status", "invalidation"],
        properties: { status: { const: "success" }, invalidation: ENTRY },
      },
    },
    errors: ["INVALIDATION_UNKNOWN", "PROJECT_NOT_NAMED", "PROJECT_NOT_FOUND"],
  },
} as const;

export const RETRY = {
  config: WRITE,
  schema: {
    summary: "Opens what failed of an invalidation again.",
    querystring: WHOSE,
    params: WHICH,
    response: { 200: RECEIPT },
    errors: ["INVALIDATION_UNKNOWN", "RETRY_NOT_NEEDED", "PROJECT_NOT_NAMED", "PROJECT_NOT_FOUND"],
  },
} as const;
