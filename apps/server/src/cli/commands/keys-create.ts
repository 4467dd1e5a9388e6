import { RIGHTS } from "../../access/right.ts";
import { openApi, recordOf, shownOf } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { usage } from "../exits.ts";
import { KEYS_OF_OPTION, keysPath } from "../keys-place.ts";
import { readTime } from "../time.ts";

export const keysCreate: Command = {
  name: "keys create",
  summary: "Makes an API key and shows it, once.",
  words: ["<name>"],
  options: {
    ...JSON_OPTION,
    ...SERVER_OPTIONS,
    ...KEYS_OF_OPTION,
    right: {
      value: "right",
      summary: `What it allows: ${RIGHTS.join(", ")}; each includes those before it.`,
    },
    expires: {
      value: "time",
      summary: "When it ends: a time such as 2030-01-31T12:00:00Z, or a span such as 30d.",
    },
  },
  notes: ["The key alone goes to stdout. It is kept nowhere: note it now."],
  examples: [
    "freshet keys create wordpress --project shop --right write > shop.key",
    "freshet keys create ci --right read --expires 30d",
  ],
  async run(call) {
    const right = call.option("right");
    if (right === undefined) throw usage(`--right is missing; write one of ${RIGHTS.join(", ")}.`);
    if (!RIGHTS.some((each) => each === right)) throw usage(`--right is one of ${RIGHTS.join(", ")}.`);
    const expires = call.option("expires");
    const until = expires === undefined ? {} : { expires_at: readTime("--expires", expires).toISOString() };
    const api = await openApi(call);
    const { body } = await api.ask("POST", keysPath(call), {
      body: { name: call.words[0], right, ...until },
    });
    if (call.io.isWatched) call.io.err("This is the only time that the key is shown.\n");
    return { text: shownOf(recordOf(body).key), json: body };
  },
};
