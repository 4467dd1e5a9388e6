import { openApi } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { NOTE_OPTION, outcomeOfChange } from "../project-change.ts";
import { readSettings } from "../settings-input.ts";

export const projectsCreate: Command = {
  name: "projects create",
  summary: "Makes a project with the settings of a JSON file or of stdin.",
  words: ["<name>", "[file]"],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS, ...NOTE_OPTION },
  notes: ["It needs a key of the whole installation. Every instance serves the project within a second."],
  examples: ["freshet projects create shop shop.json", "jq .shop all.json | freshet projects create shop"],
  async run(call) {
    const [name = "", file] = call.words;
    const settings = await readSettings(call, file);
    const note = call.option("note");
    const api = await openApi(call);
    const { body } = await api.ask("POST", "/projects", { body: { name, settings, ...(note && { note }) } });
    return outcomeOfChange("is made", body);
  },
};
