import { openApi, pathStep } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { etagFor, IF_VERSION_OPTION, outcomeOfChange } from "../project-change.ts";

export const projectsRestore: Command = {
  name: "projects restore",
  summary: "Puts the settings of an earlier version in force again, secrets included, as a new version.",
  words: ["<name>", "<version>"],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS, ...IF_VERSION_OPTION },
  examples: ["freshet projects restore shop 3"],
  async run(call) {
    const [name = "", version = ""] = call.words;
    const api = await openApi(call);
    const etag = await etagFor(call, api, name);
    const path = `/projects/${pathStep(name)}/versions/${pathStep(version)}/restore`;
    const { body } = await api.ask("POST", path, { etag });
    return outcomeOfChange("is in force", body);
  },
};
