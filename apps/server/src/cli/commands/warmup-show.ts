import { type Api, openApi, recordOf, shownOf } from "../api.ts";
import { type Command, JSON_OPTION, PROJECT_OPTION, SERVER_OPTIONS } from "../command.ts";
import { columns } from "../text.ts";
import { countsOf, progressOf, warmUpPath } from "../warm-up-wait.ts";

/** URLs that are shown with their reasons: the first of each kind. */
const MOST_SHOWN = 20;
const NOT_WARM = ["refused", "failed", "partly"] as const;

type Shown = Readonly<Record<string, unknown>>;

export const warmupShow: Command = {
  name: "warmup show",
  summary: "Lists the warm-ups of the last days, newest first, or shows one with the URLs that are not warm.",
  words: ["[id]"],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS, ...PROJECT_OPTION },
  examples: ["freshet warmup show", "freshet warmup show wrm0mfz1k3aq5c0e9f57a1d2 --json"],
  async run(call) {
    const [id] = call.words;
    const project = call.option("project");
    const api = await openApi(call);
    if (id === undefined) {
      const query = project === undefined ? "" : `?project=${encodeURIComponent(project)}`;
      const page = recordOf((await api.ask("GET", `/warmup${query}`)).body);
      const warmups = (Array.isArray(page.warmups) ? page.warmups : []).map(recordOf);
      return {
        text: warmups.length === 0 ? "There is none." : columns(warmups.map(rowOf)),
        json: { warmups },
      };
    }
    const warmup = recordOf(recordOf((await api.ask("GET", warmUpPath(id, project))).body).warmup);
    const urls = await notWarm(api, id, project);
    const head = [shownOf(warmup.id), shownOf(warmup.state), progressOf(warmup), countsText(warmup)].join(
      "  ",
    );
    return { text: [head, columns(urls.map(lineOf))].filter(Boolean).join("\n"), json: { warmup, urls } };
  },
};

async function notWarm(api: Api, id: string, project: string | undefined): Promise<readonly Shown[]> {
  const found: Shown[] = [];
  for (const outcome of NOT_WARM) {
    const path = warmUpPath(id, project, "/urls");
    const query = `${path}${path.includes("?") ? "&" : "?"}outcome=${outcome}&limit=${MOST_SHOWN}`;
    const page = recordOf((await api.ask("GET", query)).body);
    found.push(...(Array.isArray(page.urls) ? page.urls.map(recordOf) : []));
  }
  return found;
}

const rowOf = (warmup: Shown): readonly string[] => [
  shownOf(warmup.added_at).slice(0, 19),
  shownOf(warmup.state),
  shownOf(warmup.id),
  progressOf(warmup),
  shownOf(warmup.desc),
];

const countsText = (warmup: Shown): string =>
  Object.entries(countsOf(warmup))
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");

const lineOf = ({ outcome, code, url, detail }: Shown): readonly string[] => [
  `  ${shownOf(outcome)}`,
  shownOf(code),
  shownOf(url),
  shownOf(detail),
];
