import { openApi, pathStep } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { usage } from "../exits.ts";
import { etagFor, IF_VERSION_OPTION } from "../project-change.ts";

export const projectsDelete: Command = {
  name: "projects delete",
  summary: "Ends a project and revokes its keys. Its versions stay.",
  words: ["<name>"],
  options: {
    ...JSON_OPTION,
    ...SERVER_OPTIONS,
    ...IF_VERSION_OPTION,
    yes: { summary: "Says that it is meant; nothing is deleted without it." },
  },
  notes: ["It needs a key of the whole installation."],
  examples: ["freshet projects delete shop --yes"],
  async run(call) {
    const [name = ""] = call.words;
    if (!call.isOn("yes"))
      throw usage(
        "The project's pictures would be answered by 404 from then on. If that is meant, add --yes.",
      );
    const api = await openApi(call);
    const etag = await etagFor(call, api, name);
    const { body } = await api.ask("DELETE", `/projects/${pathStep(name)}`, { etag });
    return { text: `${name} is deleted.`, json: body };
  },
};
