import { object, text } from "../admin/schemas.ts";

// What the document of the API says about invalidations. The bodies keep Cloudimage's shapes, with null where they have it.

const READ = { access: { right: "read", of: "key" } } as const;
const WRITE = { access: { right: "write", of: "key" } } as const;
const PROJECT = { "project?": text("For keys of the installation: the project that is meant.", 63) };
const WHOSE = object("Whose.", PROJECT);
const WHICH = object("Which.", { uuid: text("Its id.", 60) });

const string = { type: "string" } as const;
const texts = { type: "array", items: string, maxItems: 1_000 } as const;
const nullable = { type: ["string", "null"] } as const;
const LINKED = {
  type: "object",
  properties: { kind: string, id: string, link: string },
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

const ENTRY = {
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
    attempt: { type: "integer", minimum: 1 },
    done_at: nullable,
    error: nullable,
    stages: { type: "array", items: { type: "object", required: ["status", "at", "targets"] } },
    evidence: { type: ["object", "null"] },
  },
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
    summary: "Lists invalidations, newest first.",
    querystring: object("Which page.", {
      ...PROJECT,
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
    errors: ["QUERY_WRONG", "PROJECT_NOT_NAMED", "PROJECT_NOT_FOUND"],
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
