import { openApi, pathStep, shownOf } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { columns } from "../text.ts";

export const projectsVersions: Command = {
  name: "projects versions",
  summary: "Lists the versions of a project's settings, newest first.",
  words: ["<name>"],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS },
  examples: ["freshet projects versions shop"],
  async run(call) {
    const api = await openApi(call);
    const versions = await api.all(`/projects/${pathStep(call.words[0] ?? "")}/versions`, "versions");
    const rows = versions.map(({ version, at, principal, note, deleted }) => [
      shownOf(version),
      shownOf(at),
      shownOf(principal),
      deleted === true ? "deleted" : shownOf(note),
    ]);
    return { text: columns(rows), json: { versions } };
  },
};
