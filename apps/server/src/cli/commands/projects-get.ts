import { openApi, pathStep, recordOf } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { json } from "../text.ts";

export const projectsGet: Command = {
  name: "projects get",
  summary: "Shows the settings of a project as JSON, secrets masked.",
  words: ["<name>"],
  options: {
    ...JSON_OPTION,
    ...SERVER_OPTIONS,
    version: { value: "number", summary: "An earlier version instead of the one in force." },
  },
  notes: [
    "A mask that is sent back by projects set keeps the secret that it stands for. With --json the answer says the version too.",
  ],
  examples: ["freshet projects get shop > shop.json", "freshet projects get shop --version 3"],
  async run(call) {
    const api = await openApi(call);
    const version = call.option("version");
    const path = `/projects/${pathStep(call.words[0] ?? "")}`;
    const of = version === undefined ? "" : `/versions/${pathStep(version)}`;
    const { body } = await api.ask("GET", path + of);
    return { text: json(recordOf(body).settings ?? null), json: body };
  },
};
