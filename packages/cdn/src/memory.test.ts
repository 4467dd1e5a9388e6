import { testCdnDriver } from "@freshet/conformance/cdn-driver";
import { createMemoryNode } from "./memory.ts";

testCdnDriver({
  name: "memory",
  async create(inner) {
    const { driver, get, restart, setDown } = createMemoryNode({ inner: ({ path }) => inner(path) });
    return {
      driver,
      node: {
        get: (path) => get({ path, host: undefined, accept: undefined }),
        restart: async () => restart(),
        stop: async () => setDown(true),
      },
    };
  },
});
