import { openApi, recordOf, shownOf } from "../api.ts";
import { type Command, JSON_OPTION, PROJECT_OPTION, SERVER_OPTIONS } from "../command.ts";
import { progressOf, warmUpPath } from "../warm-up-wait.ts";

export const warmupStop: Command = {
  name: "warmup stop",
  summary: "Stops a warm-up; what is warm stays so.",
  words: ["<id>"],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS, ...PROJECT_OPTION },
  examples: ["freshet warmup stop wrm0mfz1k3aq5c0e9f57a1d2"],
  async run(call) {
    const [id = ""] = call.words;
    const api = await openApi(call);
    const { body } = await api.ask("DELETE", warmUpPath(id, call.option("project")));
    const warmup = recordOf(recordOf(body).warmup);
    return {
      text: `${shownOf(warmup.id)} ${shownOf(warmup.state)}: ${progressOf(warmup)}`,
      json: { warmup },
    };
  },
};
