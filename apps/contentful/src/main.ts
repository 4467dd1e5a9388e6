#!/usr/bin/env node
import { runProgram } from "@freshet/connector/program";

await runProgram({
  name: "Contentful connector",
  portVariable: "FRESHET_CONTENTFUL_PORT",
  async open(log) {
    const { readConfig } = await import("./config.ts");
    const { createContentfulServer } = await import("./server.ts");
    const config = readConfig();
    return { ...config, app: await createContentfulServer(config, { log }) };
  },
});
