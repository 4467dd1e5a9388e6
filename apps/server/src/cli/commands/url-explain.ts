import { openApi, pathStep } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { explainOffline } from "../explain-offline.ts";
import { explanationText } from "../explanation-text.ts";
import { onlyProject } from "../only-project.ts";

export const urlExplain: Command = {
  name: "url explain",
  summary:
    "Explains a delivery URL: its original, each parameter and who gave it, and why it would be refused.",
  words: ["<url>"],
  options: {
    ...JSON_OPTION,
    ...SERVER_OPTIONS,
    project: {
      value: "name",
      summary:
        "Which project. Default: the only one that the key may see; offline the one of the URL's host.",
    },
    offline: { summary: "Goes by the configuration file here, and asks no server." },
  },
  notes: ["No origin is asked. A URL that would be refused is explained all the same, with exit code 0."],
  examples: [
    "freshet url explain 'https://img.example/v7/_media_/hat.jpg?p=teaser'",
    "freshet url explain '/v7/_media_/hat.jpg?w=400' --offline --json",
  ],
  async run(call) {
    const [url = ""] = call.words;
    const name = call.option("project");
    if (call.isOn("offline")) {
      const explained = await explainOffline(call, url, name);
      return { text: explanationText(explained), json: explained };
    }
    const api = await openApi(call);
    const project = name ?? (await onlyProject(api));
    const path = `/projects/${pathStep(project)}/explain?url=${encodeURIComponent(url.toWellFormed())}`;
    const { body } = await api.ask("GET", path);
    return { text: explanationText(body), json: body };
  },
};
