import { openApi, pathStep } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { KEYS_OF_OPTION, keysPath } from "../keys-place.ts";
import { plain } from "../text.ts";

export const keysRevoke: Command = {
  name: "keys revoke",
  summary: "Revokes an API key: from then on no instance takes it.",
  words: ["<id>"],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS, ...KEYS_OF_OPTION },
  examples: ["freshet keys revoke 4f0a91c2 --project shop"],
  async run(call) {
    const [id = ""] = call.words;
    const api = await openApi(call);
    await api.ask("DELETE", `${keysPath(call)}/${pathStep(id)}`);
    return { text: `${plain(id)} is revoked.`, json: { id, revoked: true } };
  },
};
