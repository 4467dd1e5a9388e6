import { RIGHTS, rightsOfKey } from "../../access/right.ts";
import { normaliseEmail } from "../../access/user.ts";
import { viewUser } from "../../access/view.ts";
import { type Command, JSON_OPTION } from "../command.ts";
import { CliError, usage } from "../exits.ts";
import { LOCAL_NOTE, OPERATOR, tellLink, withUsers } from "../local-users.ts";

const LONGEST_EMAIL = 254;
const LONGEST_NAME = 100;

export const usersAdd: Command = {
  name: "users add",
  summary: "Adds a user of the console and shows the link by which a password is chosen, once.",
  words: ["<email>"],
  options: {
    ...JSON_OPTION,
    name: { value: "name", summary: "How the user is called. Default: the e-mail address." },
    right: {
      value: "right",
      summary: `What the user may do: ${RIGHTS.join(", ")}; each includes those before it.`,
    },
    project: { value: "name", summary: "In this project alone. Default: in the whole installation." },
  },
  notes: ["The link alone goes to stdout; it ends after a week.", LOCAL_NOTE],
  examples: [
    "freshet users add ada@shop.example --right admin",
    'freshet users add bob@shop.example --name "Bob" --right write --project shop',
  ],
  async run(call) {
    const email = normaliseEmail(call.words[0] ?? "");
    const isAddress = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email) && email.length <= LONGEST_EMAIL;
    if (!isAddress) throw usage("That is no e-mail address.");
    const name = (call.option("name") ?? email.slice(0, LONGEST_NAME)).trim();
    if (name === "" || /\p{Cc}/u.test(name) || [...name].length > LONGEST_NAME)
      throw usage(`--name takes 1 to ${LONGEST_NAME} characters in one line.`);
    const right = RIGHTS.find((each) => each === call.option("right"));
    if (right === undefined) throw usage(`--right is missing or none; write one of ${RIGHTS.join(", ")}.`);
    const project = call.option("project");
    return withUsers(call, async ({ users, isProject, linkOf }) => {
      if (project !== undefined && !(await isProject(project)))
        throw new CliError("FAILED", "There is no project of this name.", { code: "PROJECT_NOT_FOUND" });
      const wanted = { email, name, rights: rightsOfKey(project, right) };
      const { user, invitation } = await users.invite(wanted, OPERATOR);
      tellLink(call, invitation);
      const link = linkOf(invitation);
      const invited_until = invitation.expiresAt;
      return { text: link, json: { ...viewUser({ ...user, invited_until }), link } };
    });
  },
};
