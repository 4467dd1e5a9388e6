import { ConfigError, loadConfig } from "../../config.ts";
import { type Command, JSON_OPTION } from "../command.ts";
import { CliError } from "../exits.ts";

export const configCheck: Command = {
  name: "config check",
  summary:
    "Says whether the server could start with this configuration, and everything that is wrong with it.",
  words: [],
  options: JSON_OPTION,
  notes: [
    "It reads file, environment and the secret files that they name; it opens no database and asks no origin.",
  ],
  examples: ["freshet config check", "FRESHET_CONFIG=/etc/freshet.json freshet config check --json"],
  async run({ io }) {
    try {
      const { projects, isBuiltIn } = await loadConfig({ env: io.env, cwd: io.cwd, isLook: true });
      const names = projects.map(({ name }) => name);
      const what = isBuiltIn
        ? "There is no configuration file: the built-in project demo."
        : `Projects: ${names.join(", ")}.`;
      return {
        text: `The configuration can be used. ${what}`,
        json: { ok: true, isBuiltIn, projects: names },
      };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const { message, problems } = error;
      throw new CliError("FAILED", message, { code: "CONFIG_WRONG", partial: { ok: false, problems } });
    }
  },
};
