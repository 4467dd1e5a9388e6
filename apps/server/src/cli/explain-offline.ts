import { explain } from "../delivery/explain.ts";
import { targetOf, viewExplanation } from "../delivery/explanation-view.ts";
import { createProjects } from "../projects/projects.ts";
import type { Call } from "./command.ts";
import { usage } from "./exits.ts";
import { loadProjects } from "./local-projects.ts";

/** What the project of the configuration file makes of a delivery URL. */
export async function explainOffline({ io }: Call, url: string, name: string | undefined): Promise<unknown> {
  const projects = createProjects(await loadProjects(io));
  const host = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  const project = name === undefined ? projects.byHost(host) : projects.byName(name);
  if (project) return viewExplanation(explain(project, targetOf(url.toWellFormed()), Date.now()));
  const known = projects.all.map((each) => each.name).join(", ");
  throw usage(
    `${name === undefined ? "No project answers to the URL's host; add --project" : "--project is unknown here"}. The configuration has ${known}.`,
  );
}
