import { showConfig } from "../../config/show.ts";
import { loadConfig } from "../../config.ts";
import { type Command, JSON_OPTION } from "../command.ts";
import { json } from "../text.ts";

export const config: Command = {
  name: "config",
  summary: "Shows the effective configuration: file and environment together, with defaults, secrets masked.",
  words: [],
  options: { ...JSON_OPTION, show: { summary: "Shows it; what the command does without it too." } },
  notes: ["It reads what the server would read in this folder and this environment, and makes nothing."],
  examples: ["freshet config --show", "FRESHET_CONFIG=/etc/freshet.json freshet config --show --json"],
  async run({ io }) {
    const shown = showConfig(await loadConfig({ env: io.env, cwd: io.cwd, isLook: true }));
    return { text: json(shown), json: shown };
  },
};
