import { createMemoryNode } from "@freshet/cdn/memory";
import type { CdnDriver } from "@freshet/core";
import type { Answer, Instance } from "./fleet.test.support.ts";

const PREFIX = "/v7/_site_";

/** A fenced node in front of instances, as the shipped configurations are: it says inwards what it has heard. */
export interface Edge {
  readonly driver: CdnDriver;
  /** Which instance the next fills go to. */
  inner: Instance | undefined;
  /** Asks as a visitor does; what no instance can answer is an answer without a version. */
  get(path: string): Promise<Pick<Answer, "status" | "version">>;
  restart(): void;
}

export function createEdge(
  options: { readonly name?: string; readonly demands?: boolean; readonly host?: string } = {},
): Edge {
  const { name = "edge", demands = true, host } = options;
  let newest = 0;
  const node = createMemoryNode({
    name,
    async inner({ path }) {
      // Read when the fill starts.
      const demand: Record<string, string> = demands ? { "freshet-demand": String(newest) } : {};
      const headers = host === undefined ? demand : { ...demand, host };
      const answer = await edge.inner?.get(path.replace(PREFIX, ""), headers);
      if (answer === undefined) throw new Error("no instance behind the edge");
      const isKept = !String(answer.headers["cdn-cache-control"]).includes("no-store");
      return {
        status: answer.status,
        body: String(answer.version),
        stamp: isKept ? answer.stamp : undefined,
        tags: answer.tags,
      };
    },
  });
  const { driver } = node;
  const edge: Edge = {
    inner: undefined,
    driver: {
      ...driver,
      purgeTags: async (purge, signal) => {
        newest = Math.max(newest, purge.sequence);
        await driver.purgeTags?.(purge, signal);
      },
      purgeProject: async (purge, signal) => {
        newest = Math.max(newest, purge.sequence);
        await driver.purgeProject?.(purge, signal);
      },
    },
    async get(path) {
      const { status, body } = await node.get({ path: PREFIX + path, host, accept: undefined });
      return { status, version: body === "undefined" ? undefined : Number(body) };
    },
    restart: () => node.restart(),
  };
  return edge;
}
