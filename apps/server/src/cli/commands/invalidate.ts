import { INVALIDATION_SCOPES, type InvalidationRequest } from "@freshet/core";
import { type Call, type Command, JSON_OPTION, PROJECT_OPTION, SERVER_OPTIONS } from "../command.ts";
import { usage } from "../exits.ts";
import { readSpan } from "../time.ts";
import { openInvalidations } from "../waiting.ts";

const USUAL_TIMEOUT = "120";

/** Options of commands that may wait for an invalidation. */
export const WAIT_OPTIONS = {
  wait: { summary: "Waits until it is done; the exit code says how it ended." },
  timeout: { value: "span", summary: "Longest wait, such as 90s or 5m. Default: 2m." },
} as const;

/** The longest wait, in milliseconds. */
export const timeoutOf = ({ option }: Call): number =>
  readSpan("--timeout", option("timeout") ?? USUAL_TIMEOUT) * 1_000;

export const invalidate: Command = {
  name: "invalidate",
  summary: "Makes originals fresh in every cache, and waits for it if told to.",
  words: ["[path]..."],
  options: {
    ...JSON_OPTION,
    ...SERVER_OPTIONS,
    ...PROJECT_OPTION,
    scope: {
      value: "scope",
      summary: `What is named: ${INVALIDATION_SCOPES.join(", ")}. Default: original.`,
    },
    ...WAIT_OPTIONS,
    "idempotency-key": { value: "text", summary: "The same request with the same text is taken once." },
  },
  notes: [
    "original takes paths of originals or folders (/_media_/hat.jpg, /_media_/summer/*), urls takes exact delivery URLs with their query, tags takes tags, all takes nothing.",
    "With --wait, stages are shown on stderr as they happen; with --json only where stderr is a terminal. Ctrl-C ends the waiting, not the invalidation.",
  ],
  examples: [
    "freshet invalidate /_media_/hat.jpg --wait",
    "freshet invalidate --scope tags campaign-x --wait --timeout 5m --json",
    "freshet invalidate --scope all --project shop",
  ],
  async run(call) {
    const request = readRequest(call);
    const timeoutMs = timeoutOf(call);
    const { client, wait } = await openInvalidations(call);
    const key = call.option("idempotency-key");
    const { invalidation } = await client.invalidate(
      request,
      key === undefined ? {} : { idempotencyKey: key },
    );
    if (call.isOn("wait")) return await wait(invalidation.uuid, timeoutMs);
    return { text: `${invalidation.uuid} ${invalidation.status}`, json: { invalidation } };
  },
};

function readRequest({ words, option }: Call): InvalidationRequest {
  const scope = INVALIDATION_SCOPES.find((each) => each === (option("scope") ?? "original"));
  if (scope === undefined) throw usage(`--scope is one of ${INVALIDATION_SCOPES.join(", ")}.`);
  const cause = { kind: "cli" };
  if (scope === "all") {
    if (words.length > 0) throw usage("--scope all takes no paths: it is everything of the project.");
    return { scope, cause };
  }
  if (words.length === 0)
    throw usage(`Name at least one ${scope === "tags" ? "tag" : "path"}, or choose --scope all.`);
  return scope === "tags" ? { scope, tags: words, cause } : { scope, urls: words, cause };
}
