import { choice, count, list, named, object, PAGE_QUERY, text, time } from "../admin/schemas.ts";
import type { Schema } from "../config/shape.ts";
import type { ErrorCode } from "../errors.ts";
import { KEPT_MS, LONGEST_DESCRIPTION, MOST_BYTES, MOST_URLS } from "./bounds.ts";
import { OUTCOMES, STATES } from "./migrations.ts";

// What the document of the API says about warm-ups. Bodies are read by the routes, more kindly than by these.

const READ = { access: { right: "read", of: "key" } } as const;
const WRITE = { access: { right: "write", of: "key" } } as const;
const PROJECT = { "project?": text("For keys of the installation: the project that is meant.", 63) };
const WHOSE = object("Whose.", PROJECT);
const WHICH = object("Which.", { id: text("Its id.", 60) });
const KNOWN: readonly ErrorCode[] = ["PROJECT_NOT_NAMED", "PROJECT_NOT_FOUND"];
const SENT: readonly ErrorCode[] = [
  ...(["BODY_UNREADABLE", "WARMUP_EMPTY", "WARMUP_TOO_LARGE", "WARMUPS_FULL"] as const),
  ...KNOWN,
];

const nullable = (schema: Schema): Schema => ({ ...schema, type: ["string", "null"] }) as unknown as Schema;
const success = { const: "success" } as unknown as Schema;
const whole = (minimum = 0) => count("", minimum);

const NODE = object("What one node answered.", {
  node: text("Its name.", 300),
  status: { type: ["integer", "null"] } as unknown as Schema,
  cache: { type: ["string", "null"], enum: ["hit", "miss", "pass", "unknown", null] } as unknown as Schema,
  "code?": text("Why it does not keep the answer.", 60),
});

const FORMAT = object("What became of it in one format.", {
  format: nullable(text("Of the answer; null where there is none.", 20)),
  status: count("Status that a visitor would get.", 100, 599),
  bytes: count("Of the answer."),
  ms: count("Milliseconds until it was ready, waiting behind visitors included."),
  from: nullable(text("Where the bytes came from: rendered, disk, memory, shared, original.", 20)),
  stamp: { type: ["integer", "null"] } as unknown as Schema,
  "code?": text("Why it is not warm.", 60),
  nodes: list(NODE, 1_000),
});

const URL_VIEW = object("One URL.", {
  place: count("Its place in the list, from 0."),
  url: text("As visitors ask for it.", 25_000),
  "host?": text("The Host that visitors send.", 300),
  outcome: choice("waiting, or how it ended.", ["waiting", ...OUTCOMES]),
  "code?": text("Why it ended so.", 60),
  "detail?": text("The same as a sentence.", 2_000),
  attempts: count("How often it was tried."),
  ended_at: nullable(time("When it ended.")),
  formats: list(FORMAT, 10),
});

const WARM_UP = named(
  "WarmUp",
  object("One warm-up.", {
    id: text("Its id.", 60),
    project: text("Its project.", 63),
    state: choice("How it is.", STATES),
    "desc?": text("What it is for.", LONGEST_DESCRIPTION),
    added_by: text("Who asked for it.", 300),
    added_at: time("When."),
    started_at: nullable(time("When its first URL was begun.")),
    ended_at: nullable(time("When it ended.")),
    expires_at: time("When it is forgotten."),
    count_added: count("Entries of the list that were taken."),
    count_failed: count("Entries that were not."),
    duplicates: count("Entries that were there before in the same list."),
    urls: object(
      "URLs by how they ended: warm is all of it; partly, that a format or a node is not.",
      Object.fromEntries(["waiting", ...OUTCOMES].map((name) => [name, whole()])),
    ),
    answers: count("Answers that are warm."),
    bytes: count("Of these answers."),
    "rate?": { type: "number", minimum: 0, description: "URLs a second, lately." } as unknown as Schema,
    "seconds_left?": { type: ["integer", "null"], minimum: 0 } as unknown as Schema,
  }),
);

const cursor = { "cursor?": nullable(text("Where the next page begins; null on the last one.", 200)) };
const BODY = `At most ${MOST_URLS.toLocaleString("en")} URLs and ${MOST_BYTES / 2 ** 20} MB: this JSON, or a multipart form whose part file is a list with one URL a line, or such a list itself (text/csv).`;
const DAYS = KEPT_MS / 86_400_000;

export const ADD = {
  config: WRITE,
  schema: {
    summary: "Takes a list of URLs to be rendered before visitors ask for them.",
    querystring: WHOSE,
    body: object(BODY, {
      data: list(text("Path and query as visitors ask for them, or a whole delivery URL.", 8_192), MOST_URLS),
    }),
    response: {
      200: object("It is durable, and worked off behind visitors' requests.", {
        status: success,
        count_added: count("Entries that were taken."),
        count_failed: count("Entries that were not."),
        msg: text("Why entries were not taken; empty where all were.", 10_000),
        id: text("Its id.", 60),
      }),
    },
    errors: SENT,
  },
} as const;

export const ADD_OLDER = {
  config: WRITE,
  schema: {
    summary: "The same in Cloudimage's older form.",
    querystring: WHOSE,
    body: object(BODY, {
      warmup: object("The list.", {
        "desc?": text("What it is for.", LONGEST_DESCRIPTION),
        "token?": text("Name of the project.", 200),
        uris: list(text("A whole delivery URL.", 8_192), MOST_URLS),
      }),
    }),
    response: {
      200: object("It is durable, and worked off behind visitors' requests.", {
        status: success,
        warmup: object("It.", {
          id: text("Its id.", 60),
          added_uris: count("Entries that were taken."),
        }),
      }),
    },
    errors: SENT,
  },
} as const;

export const LIST = {
  config: READ,
  schema: {
    summary: `Lists the warm-ups of the last ${DAYS} days, newest first.`,
    querystring: object("Whose, and which page.", { ...PROJECT, ...PAGE_QUERY }),
    response: { 200: object("One page.", { status: success, warmups: list(WARM_UP, 100), ...cursor }) },
    errors: ["QUERY_WRONG", ...KNOWN],
  },
} as const;

export const GET = {
  config: READ,
  schema: {
    summary: "Shows how far a warm-up is.",
    params: WHICH,
    querystring: WHOSE,
    response: { 200: object("It.", { status: success, warmup: WARM_UP }) },
    errors: ["WARMUP_UNKNOWN", ...KNOWN],
  },
} as const;

export const URLS = {
  config: READ,
  schema: {
    summary: "Lists the URLs of a warm-up in the order of the list, with what became of each.",
    params: WHICH,
    querystring: object("Which of them, and which page.", {
      ...PROJECT,
      ...PAGE_QUERY,
      "outcome?": choice("Only those that ended so, or wait.", ["waiting", ...OUTCOMES]),
    }),
    response: { 200: object("One page.", { status: success, urls: list(URL_VIEW, 100), ...cursor }) },
    errors: ["QUERY_WRONG", "WARMUP_UNKNOWN", ...KNOWN],
  },
} as const;

export const STOP = {
  config: WRITE,
  schema: {
    summary: "Stops a warm-up: what waits is not begun any more. One that has ended stays as it is.",
    params: WHICH,
    querystring: WHOSE,
    response: { 200: object("It.", { status: success, warmup: WARM_UP }) },
    errors: ["WARMUP_UNKNOWN", ...KNOWN],
  },
} as const;
