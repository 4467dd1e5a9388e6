import { shownOf } from "../api.ts";
import { type Command, JSON_OPTION } from "../command.ts";
import { usage } from "../exits.ts";
import { LOCAL_NOTE, OPERATOR, withUsers } from "../local-users.ts";

export const usersRemove: Command = {
  name: "users remove",
  summary: "Removes a user of the console, and ends the user's sessions.",
  words: ["<email>"],
  options: {
    ...JSON_OPTION,
    yes: { summary: "Says that it is meant; nobody is removed without it." },
  },
  notes: [
    "It removes the last administrator too. API keys that the user made stay: freshet keys list shows them.",
    LOCAL_NOTE,
  ],
  examples: ["freshet users remove bob@shop.example --yes"],
  async run(call) {
    if (!call.isOn("yes")) throw usage("The user could not sign in any more. If that is meant, add --yes.");
    return withUsers(call, async ({ users, find }) => {
      const { id, email } = await find(call.words[0] ?? "");
      await users.remove(id, OPERATOR, { mayBeLast: true });
      return { text: `${shownOf(email)} is removed.`, json: { id, email } };
    });
  },
};
