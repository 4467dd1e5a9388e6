import type { CmsAdapter } from "@freshet/core";
import { describeCmsWalk } from "./cms-walk.ts";

// The smallest CMS that keeps the contract: names in order, two on a page.
const names = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"];
const adapter: CmsAdapter<readonly string[]> = {
  name: "smallest",
  verify: async () => ({ ok: false, reason: "signature-missing" }),
  changes: async () => [],
  async reconcile(from, { client }) {
    const after = client.findIndex((name) => name === from) + 1;
    const page = client.slice(after, after + 2);
    return {
      assets: page.map((name) => ({ kind: "replaced", original: `http://a.example/${name}`, version: "v1" })),
      cursor: after + 2 < client.length ? page.at(-1) : undefined,
      steps: page.length,
      total: client.length,
    };
  },
};

describeCmsWalk({
  name: "smallest",
  adapter: () => adapter,
  client: () => names,
  originals: names.map((name) => `http://a.example/${name}`),
});
