import { openApi, shownOf } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { KEYS_OF_OPTION, keysPath } from "../keys-place.ts";
import { columns } from "../text.ts";

export const keysList: Command = {
  name: "keys list",
  summary: "Lists API keys: what they are for and when they were used, never the keys themselves.",
  words: [],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS, ...KEYS_OF_OPTION },
  examples: ["freshet keys list", "freshet keys list --project shop --json"],
  async run(call) {
    const api = await openApi(call);
    const keys = await api.all(keysPath(call), "keys");
    const rows = keys.map(({ id, right, name, expires_at, used_at }) => [
      shownOf(id),
      shownOf(right),
      used_at === undefined ? "never used" : `used ${shownOf(used_at)}`,
      expires_at === undefined ? "has no end" : `ends ${shownOf(expires_at)}`,
      shownOf(name),
    ]);
    return { text: columns(rows), json: { keys } };
  },
};
