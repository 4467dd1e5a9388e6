import { openApi, shownOf } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { columns } from "../text.ts";

export const projectsList: Command = {
  name: "projects list",
  summary: "Lists the projects that the key may see.",
  words: [],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS },
  examples: ["freshet projects list", "freshet projects list --json"],
  async run(call) {
    const api = await openApi(call);
    const projects = await api.all("/projects", "projects");
    const rows = projects.map(({ name, origin, version }) => [
      shownOf(name),
      origin === "file" ? "configuration file" : `version ${shownOf(version)}`,
    ]);
    return { text: columns(rows), json: { projects } };
  },
};
