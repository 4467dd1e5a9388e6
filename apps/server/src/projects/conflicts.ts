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

/** Hosts of the project that lead to one of those that come before it. */
export function hostsLost({ hosts }: Pick<Project, "hosts">, first: readonly Project[]): readonly string[] {
  const taken = new Set(first.flatMap((project) => project.hosts));
  const names = new Set(first.map(({ name }) => name));
  return hosts.filter((host) => taken.has(host) || names.has(labelOf(host)));
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
 * Settings that open what lies behind the server: folders of its disk, private addresses, and where those are open, each host that is
 * written out. Only whoever administers the installation may grant them. Answers the pointers of those that `settings` has and
 * `before` has not.
 */
export function grants(settings: unknown, before: unknown): readonly string[] {
  const granted = new Set(grantsOf(before).map(({ grant }) => grant));
  return grantsOf(settings).flatMap(({ pointer, grant }) => (granted.has(grant) ? [] : [pointer]));
}

interface Grant {
  readonly pointer: string;
  readonly grant: string;
}

function grantsOf(settings: unknown): readonly Grant[] {
  const { origins, aliases, prefix } = membersOf(settings);
  const { allow, allowPrivate } = membersOf(origins);
  const targets = Object.entries(membersOf(aliases)).map(
    ([name, target]) => [`/aliases${pointerStep(name)}`, target] as const,
  );
  const folders = targets.flatMap(([pointer, target]) =>
    textOf(`${pointer}/folder`, membersOf(target).folder, (folder) => `folder ${folder}`),
  );
  if (allowPrivate !== true) return folders;
  const host = (pointer: string, value: unknown) => textOf(pointer, value, (text) => `host ${hostOf(text)}`);
  const isAlias = (text: string) => Object.keys(membersOf(aliases)).includes(/^[^/]*/.exec(text)?.[0] ?? "");
  const address = (pointer: string, value: unknown) =>
    typeof value === "string" && isAlias(value) ? [] : host(pointer, value);
  const allowed = listOf(allow);
  return [
    { pointer: "/origins/allowPrivate", grant: "private" },
    // A star opens what is public and nothing else.
    ...allowed.flatMap((each, at) => (each === "*" ? [] : host(`/origins/allow/${at}`, each))),
    ...address("/prefix", prefix),
    ...targets.flatMap(([pointer, target]) => [
      ...address(pointer, target),
      ...address(`${pointer}/url`, membersOf(target).url),
      ...["s3", "gcs", "azure"].flatMap((kind) =>
        host(`${pointer}/${kind}/endpoint`, membersOf(membersOf(target)[kind]).endpoint),
      ),
      ...host(`${pointer}/contentful/connector`, membersOf(membersOf(target).contentful).connector),
      ...listOf(membersOf(membersOf(target).contentful).hosts).flatMap((each, at) =>
        host(`${pointer}/contentful/hosts/${at}`, each),
      ),
      // A service account's key says where it is turned into a token.
      ...textOf(`${pointer}/gcs/key`, sealedIn(membersOf(membersOf(target).gcs).key), (key) => `key ${key}`),
    ]),
    ...folders,
  ];
}

const sealedIn = (value: unknown) => membersOf(value).$sealed ?? value;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? { ...value } : {};
}

function textOf(pointer: string, value: unknown, grantOf: (text: string) => string): readonly Grant[] {
  return typeof value === "string" ? [{ pointer, grant: grantOf(value) }] : [];
}

/** Scheme and path aside; two spellings of one host count as two. */
function hostOf(text: string): string {
  return /^(?:https?:)?\/*([^/]*)/i.exec(text)?.[1]?.toLowerCase() ?? text;
}
