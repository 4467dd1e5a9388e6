#!/usr/bin/env node
import { runProgram } from "@freshet/connector/program";

await runProgram({
  name: "Shopify app",
  portVariable: "FRESHET_SHOPIFY_PORT",
  async open(log) {
    const { readConfig } = await import("./config.ts");
    const { createShopifyServer } = await import("./server.ts");
    const config = readConfig();
    return { ...config, app: await createShopifyServer(config, { log }) };
  },
});
