import type { Fault } from "./faults.ts";
import type { Project, Projects } from "./project.ts";
import { pointerStep } from "./sealed.ts";

/** Where the project would take a host from another one, or another one from it. */
export function hostConflicts(project: Project, all: readonly Project[]): readonly Fault[] {
  const others = all.filter(({ name }) => name !== project.name);
  const names = new Set(others.map(({ name }) => name));
  const owners = new Map(others.flatMap(({ name, hosts }) => hosts.map((host) => [host, name] as const)));
  const taken = project.hosts.flatMap((host, at): readonly Fault[] => {
    const pointer = `/hosts/${at}`;
    const owner = owners.get(host);
    if (owner !== undefined) return [{ pointer, sentence: `The host ${host} belongs to another project.` }];
    if (!names.has(labelOf(host))) return [];
    return [{ pointer, sentence: `The first label of ${host} already names another project.` }];
  });
  const hidden = others
    .flatMap(({ hosts }) => hosts)
    .filter((host) => labelOf(host) === project.name)
    .map((host) => ({
      pointer: "",
      sentence: `The name ${project.name} is the first label of ${host}, which belongs to another project.`,
    }));
  return [...taken, ...hidden];
}

const labelOf = (host: string) => host.split(/[.:]/)[0] ?? "";

/**
 * Projects whose answers would be given by somebody else, or by nobody, once `next` is what `project` has become: by its hosts, or because
 * the only project answers every host.
 */
export function losers(
  projects: Projects,
  before: Project | undefined,
  next: Project | undefined,
): readonly string[] {
  const only = projects.byHost(undefined);
  const isNew = before === undefined && next !== undefined;
  const lost = before?.hosts.filter((host) => !next?.hosts.includes(host)) ?? [];
  return [
    ...(before && (!next || lost.length > 0) ? [before.name] : []),
    ...(isNew && only && only.name !== next.name ? [only.name] : []),
  ];
}

/**
 * Settings that open what lies behind the server: private addresses and folders of its disk. Only whoever administers the installation
 * may grant them. Answers the pointers of those that `settings` has and `before` has not.
 */
export function grants(settings: unknown, before: unknown): readonly string[] {
  const granted = new Set(grantsOf(before).map(({ grant }) => grant));
  return grantsOf(settings).flatMap(({ pointer, grant }) => (granted.has(grant) ? [] : [pointer]));
}

function grantsOf(
  value: unknown,
  pointer = "",
): readonly { readonly pointer: string; readonly grant: string }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const at = pointer + pointerStep(key);
    if (key === "allowPrivate" && each === true) return [{ pointer: at, grant: `${at}=true` }];
    if (key === "folder" && typeof each === "string") return [{ pointer: at, grant: `folder ${each}` }];
    return grantsOf(each, at);
  });
}
