import { type Command, JSON_OPTION } from "../command.ts";
import { LOCAL_NOTE, OPERATOR, tellLink, withUsers } from "../local-users.ts";

export const usersReset: Command = {
  name: "users reset",
  summary: "Shows a link by which a user of the console chooses a new password, once.",
  words: ["<email>"],
  options: JSON_OPTION,
  notes: [
    "The link alone goes to stdout; it ends after a week. The old password is good until the link is used, which ends the user's sessions.",
    "Who has rights by the organisation's own sign-in gets none: to let somebody in who cannot come that way, add a user.",
    LOCAL_NOTE,
  ],
  examples: ["freshet users reset ada@shop.example"],
  run: (call) =>
    withUsers(call, async ({ users, find, linkOf }) => {
      const { id, email } = await find(call.words[0] ?? "");
      const invitation = await users.inviteAgain(id, OPERATOR);
      tellLink(call, invitation);
      const link = linkOf(invitation);
      const invited_until = new Date(invitation.expiresAt).toISOString();
      return { text: link, json: { id, email, link, invited_until } };
    }),
};
