import { openApi, recordOf, shownOf } from "../api.ts";
import { type Command, JSON_OPTION, PROJECT_OPTION, SERVER_OPTIONS } from "../command.ts";
import { CliError } from "../exits.ts";
import { readUrls } from "../warm-up-input.ts";
import { waitForWarmUp } from "../warm-up-wait.ts";
import { timeoutOf } from "./invalidate.ts";

export const warmup: Command = {
  name: "warmup",
  summary: "Has delivery URLs rendered before visitors ask for them, and waits for it if told to.",
  words: ["[file]"],
  options: {
    ...JSON_OPTION,
    ...SERVER_OPTIONS,
    ...PROJECT_OPTION,
    desc: { value: "text", summary: "What it is for, for whoever reads the list." },
    wait: { summary: "Waits until all URLs are worked off; the exit code says how that went." },
    timeout: { value: "span", summary: "Longest wait, such as 90s or 5m. Default: 2m." },
  },
  notes: [
    "The file, or stdin, has one URL a line: path and query as visitors ask for them, or whole delivery URLs. It may be a column of a CSV file, or JSON as POST /warmup/urls takes it; at most 10,000 URLs.",
    "Visitors always go first, and each origin is asked slowly (limits.warmUpRate), so a long list takes its time. With --wait, progress is shown on stderr; with --json only where stderr is a terminal. Ctrl-C ends the waiting, not the warm-up.",
    "It ends with 1 where a URL was not taken or, with --wait, is not warm in the end.",
  ],
  examples: [
    "freshet warmup urls.txt --wait --timeout 1h",
    "grep -ho '/_media_/[^\"]*' page.html | freshet warmup --desc 'the new page' --json",
  ],
  async run(call) {
    const body = await readUrls(call, call.words[0]);
    const timeoutMs = timeoutOf(call);
    const [project, desc] = [call.option("project"), call.option("desc")];
    const api = await openApi(call);
    const query = project === undefined ? "" : `?project=${encodeURIComponent(project)}`;
    const sent = { ...body, ...(desc === undefined ? {} : { desc }) };
    const added = recordOf((await api.ask("POST", `/warmup/urls${query}`, { body: sent })).body);
    const { id, count_added, count_failed, msg } = added;
    if (call.isOn("wait")) {
      const isShown = call.io.isWatched || !call.isOn("json");
      if (isShown && shownOf(msg) !== "") call.io.err(`${shownOf(msg)}\n`);
      return await waitForWarmUp(api, { id: shownOf(id), project, timeoutMs }, call.io, isShown);
    }
    if (count_failed !== 0)
      throw new CliError("FAILED", `${shownOf(id)}: ${shownOf(msg)}`, { partial: added });
    return { text: `${shownOf(id)} ${shownOf(count_added)} URLs`, json: added };
  },
};
