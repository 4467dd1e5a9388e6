#!/usr/bin/env node
import { runProgram } from "@freshet/connector/program";

await runProgram({
  name: "WordPress connector",
  portVariable: "FRESHET_WORDPRESS_PORT",
  command: async (given) => (await import("./commands.ts")).runCommand(given),
  async open(log) {
    const { readConfig } = await import("./config.ts");
    const { createWordPressServer } = await import("./server.ts");
    const config = readConfig();
    return { ...config, app: await createWordPressServer(config, { log }) };
  },
});
