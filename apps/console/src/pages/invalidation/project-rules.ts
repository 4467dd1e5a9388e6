import type { AliasPlace, LineRules } from "@freshet/core";
import { path } from "../../api/call.ts";
import { useGet } from "../../api/hooks.ts";

/** What is read of a project's settings here; they may hold more. */
export interface ProjectSettings {
  readonly hosts?: readonly string[];
  readonly aliases?: Readonly<Record<string, unknown>>;
  readonly prefix?: string;
  readonly origins?: { readonly allow?: readonly string[] };
  readonly tags?: readonly { readonly tag: string }[];
}

/** What paths of a project are checked against. */
export interface ProjectRules extends Omit<LineRules, "kind"> {
  readonly tags: readonly string[];
  /** The settings could not be read: only the form of paths is checked. */
  readonly isGuess: boolean;
}

/** Of a project whose settings nobody can read: whatever is written may be an original. */
const ANYTHING = { naming: { aliases: {}, prefix: "https://anything.invalid" }, origins: ["*"] } as const;

export function useProjectRules(project: string): {
  readonly rules: ProjectRules;
  readonly isPending: boolean;
} {
  const { data, isPending } = useGet<{ readonly settings?: ProjectSettings }>(path`/projects/${project}`);
  return { rules: rulesOf(project, data?.settings, window.location.host), isPending };
}

/** Reads settings as `GET /projects/{name}` shows them. `here` is the host that the console came from, which delivers too. */
export function rulesOf(project: string, settings: ProjectSettings | undefined, here: string): ProjectRules {
  const hosts = (settings?.hosts ?? []).map((host) => host.toLowerCase());
  if (settings === undefined) return { project, hosts: [here], ...ANYTHING, tags: [], isGuess: true };
  const { aliases = {}, prefix, origins, tags = [] } = settings;
  const allow = origins?.allow ?? [];
  const written = [...Object.values(aliases).flatMap(addressOf), ...(prefix === undefined ? [] : [prefix])];
  const isOrigin = allow.includes(here) || written.some((url) => hostOf(url) === here);
  return {
    project,
    hosts: isOrigin || here === "" ? hosts : [...hosts, here],
    naming: {
      aliases: Object.fromEntries(
        Object.entries(aliases).map(([name, target]) => [name, placeOf(name, target)]),
      ),
      ...(prefix === undefined ? {} : { prefix }),
    },
    origins: allow,
    tags: [...new Set(tags.map(({ tag }) => tag))],
    isGuess: false,
  };
}

function addressOf(target: unknown): readonly string[] {
  if (typeof target === "string") return [target];
  const url = member(target, "url");
  return typeof url === "string" ? [url] : [];
}

/** What an alias stands for. Where a bucket is matters to nobody here: its alias names it. */
function placeOf(name: string, target: unknown): AliasPlace {
  const [url] = addressOf(target);
  if (url !== undefined) return { url };
  const folder = member(target, "folder");
  return typeof folder === "string" ? { folder } : { bucket: `alias:${name}@here` };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

const hostOf = (url: string): string | undefined => URL.parse(url)?.host;
