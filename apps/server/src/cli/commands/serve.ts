import { loadRun } from "../../load.ts";
import type { Command } from "../command.ts";

export const serve: Command = {
  name: "serve",
  summary: "Starts the server, and ends with it.",
  words: [],
  options: {},
  notes: [
    "The connectors of the configuration are not started; npm start runs them beside the server. What glibc is told of memory (docs/operations/sizing.md) has to be set before; npm start sets it.",
    "It writes the server's log, which is JSON by itself, and has no --json. A server that cannot start ends with 1.",
  ],
  examples: ["freshet serve", "PORT=8081 FRESHET_CONFIG=/etc/freshet.json freshet serve"],
  async run({ io }) {
    const { run } = await loadRun(io);
    await run();
    return undefined;
  },
};
