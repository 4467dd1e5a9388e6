import { type Api, recordOf, shownOf } from "./api.ts";
import { usage } from "./exits.ts";

/**
 * Name of the only project that the key may see.
 * @throws CliError USAGE where there are several, or none.
 */
export async function onlyProject(api: Api): Promise<string> {
  const { body } = await api.ask("GET", "/projects?limit=2");
  const { projects } = recordOf(body);
  const names = (Array.isArray(projects) ? projects : []).map((each) => shownOf(recordOf(each).name));
  const [first] = names;
  if (first !== undefined && names.length === 1) return first;
  throw usage("--project is missing: the key may see several projects, or none.");
}
