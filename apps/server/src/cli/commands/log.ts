import { INVALIDATION_SCOPES, INVALIDATION_STATUSES } from "@freshet/core";
import { openApi, pathStep, recordOf, shownOf } from "../api.ts";
import { type Call, type Command, JSON_OPTION, PROJECT_OPTION, SERVER_OPTIONS } from "../command.ts";
import { usage } from "../exits.ts";
import { columns } from "../text.ts";

const USUAL = 20;
const MOST = 10_000;
const PAGE = 100;
/** Filters that the API knows by the same names. */
const FILTERS = ["status", "scope", "cause", "path", "covers", "since", "until"] as const;

export const log: Command = {
  name: "log",
  summary: "Lists invalidations, newest first, or shows one with its stages, nodes and evidence.",
  words: ["[uuid]"],
  options: {
    ...JSON_OPTION,
    ...SERVER_OPTIONS,
    ...PROJECT_OPTION,
    status: { value: "status", summary: `One of ${INVALIDATION_STATUSES.join(", ")}.` },
    scope: { value: "scope", summary: `One of ${INVALIDATION_SCOPES.join(", ")}.` },
    cause: { value: "kind", summary: "Kind of the cause, such as wordpress or cli." },
    path: { value: "path", summary: "Original that it names; with * at the end, what lies under it." },
    covers: {
      value: "path",
      summary: "Original that it covers: by its name, a folder around it, a tag that it has, or everything.",
    },
    since: { value: "time", summary: "Received then or later, such as 2030-01-31T12:00:00Z." },
    until: { value: "time", summary: "Received before." },
    limit: { value: "number", summary: `Entries at most, 1 to ${MOST}. Default: ${USUAL}.` },
  },
  examples: [
    "freshet log --status ERROR_CDN_NODE",
    "freshet log --path /_media_/hat.jpg --limit 5",
    "freshet log --covers /_media_/hat.jpg --since 2030-01-29 --until 2030-01-30",
    "freshet log 0f6c1a2e-5b1f-4c0e-9f57-3a9d1f0c2b7e --json",
  ],
  async run(call) {
    const [uuid] = call.words;
    const api = await openApi(call);
    const query = new URLSearchParams();
    const project = call.option("project");
    if (project !== undefined) query.set("project", project);
    if (uuid !== undefined) {
      const { body } = await api.ask("GET", `/invalidate/${pathStep(uuid)}?${query}`);
      const entry = recordOf(recordOf(body).invalidation);
      return { text: describeEntry(entry), json: { invalidation: entry } };
    }
    for (const name of FILTERS) {
      const value = call.option(name);
      if (value !== undefined) query.set(name, value);
    }
    const limit = readLimit(call);
    const found: Readonly<Record<string, unknown>>[] = [];
    // A page may be short because much had to be looked through: the cursor says whether there is more.
    do {
      query.set("limit", String(Math.min(PAGE, limit - found.length)));
      const page = recordOf((await api.ask("GET", `/invalidate?${query}`)).body);
      found.push(...(Array.isArray(page.invalidations) ? page.invalidations.map(recordOf) : []));
      const before = query.get("cursor");
      query.delete("cursor");
      // What says the same again and again is no server of ours, and would never end.
      if (typeof page.cursor === "string" && page.cursor !== before) query.set("cursor", page.cursor);
    } while (query.has("cursor") && found.length < limit);
    const text = found.length === 0 ? "There is none." : columns(found.map(rowOf));
    return { text, json: { invalidations: found } };
  },
};

function readLimit({ option }: Call): number {
  const text = option("limit") ?? String(USUAL);
  const limit = Number(text);
  if (/^\d{1,9}$/.test(text) && limit >= 1 && limit <= MOST) return limit;
  throw usage(`--limit is a whole number from 1 to ${MOST}.`);
}

type Shown = Readonly<Record<string, unknown>>;

const rowOf = (entry: Shown): readonly string[] => [
  shownOf(entry.added_at).slice(0, 19),
  shownOf(entry.status),
  shownOf(recordOf(entry.cause).kind),
  shownOf(entry.uuid),
  whatOf(entry),
];

/** What it names, e.g. "/_media_/hat.jpg and 2 more". */
function whatOf({ scope, urls, tags }: Shown): string {
  if (scope === "all") return "everything";
  const { received } = recordOf(urls);
  const list = scope === "tags" ? tags : received;
  const [first, ...more] = Array.isArray(list) ? list.map(shownOf) : [];
  return `${scope === "tags" ? "tag " : ""}${first ?? ""}${more.length > 0 ? ` and ${more.length} more` : ""}`;
}

function describeEntry(entry: Shown): string {
  const { status, uuid, sequence, attempt, cause, error, stages, evidence } = entry;
  const { requested_by, retried_by } = entry;
  const { kind, id, link, note } = recordOf(cause);
  const { bytes, probes } = recordOf(evidence);
  const why = [kind, id, link, note].filter((each) => each !== undefined).map(shownOf);
  const lines: (readonly string[])[] = [
    ["status", shownOf(status)],
    ["covers", whatOf(entry)],
    ["number", shownOf(sequence)],
    ["cause", why.join(" ")],
    ...(typeof requested_by === "string" ? [["by", requested_by]] : []),
    ["attempt", shownOf(attempt)],
    ...(typeof retried_by === "string" ? [["retried by", retried_by]] : []),
    ...(error === null || error === undefined ? [] : [["error", shownOf(error)]]),
    ...(bytes === undefined ? [] : [["originals", countsOf(bytes)]]),
    ...(probes === undefined ? [] : [["probes", countsOf(probes)]]),
  ];
  return [shownOf(uuid), columns(lines), ...(Array.isArray(stages) ? stages.flatMap(stageLines) : [])].join(
    "\n",
  );
}

const countsOf = (counts: unknown): string =>
  Object.entries(recordOf(counts))
    .filter(([, value]) => typeof value === "number")
    .map(([name, value]) => `${value} ${name}`)
    .join(", ");

function stageLines(stage: unknown): readonly string[] {
  const { status, at, targets } = recordOf(stage);
  const rows = (Array.isArray(targets) ? targets : [])
    .map(recordOf)
    .map((target) => [
      `    ${shownOf(target.node)}`,
      shownOf(target.status),
      [`attempts ${shownOf(target.attempts)}`, shownOf(target.error)].filter(Boolean).join(": "),
    ]);
  return [`  ${shownOf(at)}  ${shownOf(status)}`, ...(rows.length > 0 ? [columns(rows)] : [])];
}
