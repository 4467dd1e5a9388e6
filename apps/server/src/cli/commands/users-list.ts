import type { Rights } from "../../access/right.ts";
import { viewUser } from "../../access/view.ts";
import { shownOf } from "../api.ts";
import { type Command, JSON_OPTION } from "../command.ts";
import { LOCAL_NOTE, withUsers } from "../local-users.ts";
import { columns } from "../text.ts";

const AT_ONCE = 100;

export const usersList: Command = {
  name: "users list",
  summary: "Lists who may sign in to the console.",
  words: [],
  options: JSON_OPTION,
  notes: [LOCAL_NOTE],
  examples: ["freshet users list", "FRESHET_DATA=/var/lib/freshet freshet users list --json"],
  run: (call) =>
    withUsers(call, async ({ users }) => {
      const all: Awaited<ReturnType<typeof users.list>>[number][] = [];
      for (let after: string | undefined; ; ) {
        const some = await users.list(AT_ONCE, after);
        all.push(...some);
        after = some.length < AT_ONCE ? undefined : some.at(-1)?.email;
        if (after === undefined) break;
      }
      const rows = all.map(({ email, name, rights, signed_in_at }) => [
        shownOf(email),
        rightsText(rights),
        signed_in_at === null ? "never signed in" : `signed in ${new Date(signed_in_at).toISOString()}`,
        shownOf(name),
      ]);
      return { text: columns(rows), json: { users: all.map(viewUser) } };
    }),
};

function rightsText({ installation, projects }: Rights): string {
  const all = [...projects].map(([project, right]) => `${right} of ${project}`);
  return [...(installation === undefined ? [] : [installation]), ...all].join(", ") || "no rights";
}
