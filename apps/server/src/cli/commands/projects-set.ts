import { openApi, pathStep } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { etagFor, IF_VERSION_OPTION, NOTE_OPTION, outcomeOfChange } from "../project-change.ts";
import { readSettings } from "../settings-input.ts";

export const projectsSet: Command = {
  name: "projects set",
  summary: "Puts the settings of a JSON file or of stdin in force, as a new version.",
  words: ["<name>", "[file]"],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS, ...IF_VERSION_OPTION, ...NOTE_OPTION },
  notes: ["These are all settings: what is left out has its default."],
  examples: [
    "freshet projects set shop shop.json --note 'WebP only'",
    "freshet projects set shop --if-version 4 < shop.json",
  ],
  async run(call) {
    const [name = "", file] = call.words;
    const settings = await readSettings(call, file);
    const note = call.option("note");
    const api = await openApi(call);
    const etag = await etagFor(call, api, name);
    const path = `/projects/${pathStep(name)}`;
    const { body } = await api.ask("PUT", path, { body: { settings, ...(note && { note }) }, etag });
    return outcomeOfChange("is in force", body);
  },
};
