import type { CdnDriver } from "@freshet/core";
import type { FastifyInstance } from "fastify";
import { visibleTo } from "../access/plugin.ts";
import { choice, count, list, object, text, time } from "../admin/schemas.ts";
import type { NodeHealth, NodePurge } from "./nodes.ts";

const PURGE = {
  invalidation: text("Id of the invalidation.", 60),
  "at?": time("When; absent where nothing was sent yet."),
};
const NODE = object("One node.", {
  name: text("As the log calls it.", 500),
  driver: text("Its kind.", 30),
  ending: choice("What Done rests on: it compares stamps itself (fenced), or samples are read (probed).", [
    ...(["fenced", "probed"] as const),
  ]),
  purges: list(choice("What it can be told to forget.", ["tags", "urls", "originals", "project"]), 4),
  isProbed: { type: "boolean", description: "It is asked for samples after a purge." },
  limits: object("What its maker allows.", {
    batch: count("Targets per call."),
    "perMinute?": count("Calls in any minute."),
    "settleMs?": count("Milliseconds until a purge has reached every place; it is repeated then."),
  }),
  state: choice(
    "away: it does not answer, or is left alone after failures. failed: its newest purge that ended did so with an error. behind: purges wait for it.",
    ["in_step", "behind", "failed", "away"],
  ),
  waiting: count("Invalidations of all projects that it has still to be purged for."),
  lag: count("Numbers of the journal that it is behind the head."),
  "waiting_since?": time("When the oldest of them was received."),
  "last_success?": object("The newest purge that it confirmed.", PURGE),
  "last_error?": object("The newest one that went wrong and was not made good.", {
    ...PURGE,
    reason: text("Why.", 1_000),
  }),
  "heard_at?": time("When it answered this instance last; absent where it is asked nothing but purges."),
  "trouble?": text("Why it does not answer this instance; for keys of the installation.", 1_000),
  circuit: object("Whether this instance makes calls.", {
    state: choice("open: it failed, and nothing is tried before until.", ["closed", "open"]),
    failures: count("Calls that failed on end."),
    "until?": time("When it is tried again."),
  }),
});

/** `GET /nodes`: the CDN nodes of the configuration, and how each is. */
export function nodeRoutes(
  app: FastifyInstance,
  { nodes }: { readonly nodes: (projects: readonly string[] | undefined) => Promise<readonly NodeHealth[]> },
): void {
  app.get(
    "/nodes",
    {
      config: { access: { right: "read", of: "visible" } },
      schema: {
        summary:
          "Lists the CDN nodes and how each is. A key of a project sees the last purges of its own invalidations.",
        response: { 200: object("All nodes.", { nodes: list(NODE, 10_000) }) },
      },
    },
    async (request) => {
      const projects = visibleTo(request);
      const found = await nodes(projects);
      return { nodes: found.map((each) => viewNode(each, projects === undefined)) };
    },
  );
}

function viewNode(node: NodeHealth, isInstallation: boolean) {
  const { driver, state, waiting, lag, oldest, lastDone, lastError, lane, contact } = node;
  const { batch, perMinute, settleMs } = driver.limits;
  return {
    ...{ name: driver.name, driver: driver.name.split(" ")[0] ?? "", ending: driver.ending },
    purges: purgesOf(driver),
    isProbed: driver.probe !== undefined,
    limits: {
      batch,
      ...(perMinute === undefined ? {} : { perMinute }),
      ...(settleMs === undefined ? {} : { settleMs }),
    },
    ...{ state, waiting, lag },
    ...timed("waiting_since", oldest),
    ...(lastDone && { last_success: viewPurge(lastDone) }),
    ...(lastError && { last_error: { ...viewPurge(lastError), reason: lastError.error ?? "" } }),
    ...timed("heard_at", contact.heardAt),
    ...(isInstallation && contact.trouble !== undefined ? { trouble: contact.trouble } : {}),
    circuit: {
      state: lane.restsUntil === undefined ? "closed" : "open",
      failures: lane.failures,
      ...timed("until", lane.restsUntil),
    },
  };
}

function purgesOf(driver: CdnDriver): readonly string[] {
  return [
    ...(driver.purgeTags ? ["tags"] : []),
    ...(driver.purgeUrls ? ["urls"] : []),
    ...(driver.purgeOriginals ? ["originals"] : []),
    // The project's tag is on each of its answers.
    ...(driver.purgeProject || driver.purgeTags ? ["project"] : []),
  ];
}

const viewPurge = ({ entry, at }: NodePurge) => ({ invalidation: entry, ...timed("at", at) });

function timed(name: string, at: number | undefined): object {
  return at === undefined ? {} : { [name]: new Date(at).toISOString() };
}
