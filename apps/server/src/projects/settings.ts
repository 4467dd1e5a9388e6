import { hash } from "node:crypto";
import type { ProjectSection } from "../config/project-schema.ts";
import { readProjects } from "../config/projects.ts";
import type { ConfigFile } from "../config/schema.ts";
import { SETTINGS_SCHEMA } from "../config/settings-schema.ts";
import { findFaults, fittingOf, type Schema } from "../config/shape.ts";
import { Secret } from "../secrets/secret.ts";
import { templatesOf } from "../sources/origin-headers.ts";
import { type Fault, locateFault } from "./faults.ts";
import { pinsOf, withPins } from "./pins.ts";
import type { Project } from "./project.ts";
import { maskSettings } from "./sealed.ts";

/** What of the configuration's file holds for every project. */
export type Installation = Pick<ConfigFile, "limits" | "cdn" | "pinned">;

export { SETTINGS_SCHEMA };

/** What of a project of the configuration file may be shown: what the store would keep, secrets masked. */
export function visibleSettings(section: ProjectSection | undefined): unknown {
  return maskSettings(SETTINGS_SCHEMA, keepKnown(SETTINGS_SCHEMA, section ?? {}));
}

function keepKnown(schema: Schema, value: unknown): unknown {
  if ("anyOf" in schema) {
    const inner = fittingOf(schema.anyOf, value);
    return inner ? keepKnown(inner, value) : value;
  }
  if ("items" in schema && Array.isArray(value)) return value.map((each) => keepKnown(schema.items, each));
  if (schema.type !== "object" || typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, each]) => {
    const inner = "properties" in schema ? schema.properties[key] : schema.additionalProperties;
    return inner ? [[key, keepKnown(inner, each)] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** Names that a project may have. */
export const NAME_PATTERN = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

/** Settings that were understood, or everything that is wrong with them. */
export type ReadSettings =
  | { readonly project: Project; readonly faults?: undefined }
  | { readonly project?: undefined; readonly faults: readonly Fault[] };

/** Completes settings with what is pinned and with defaults, by the same schema and the same checks as those of the file. */
export async function readSettings(
  name: string,
  written: unknown,
  installation: Installation,
): Promise<ReadSettings> {
  const settings = withPins(written, pinsOf(installation, name));
  const base = `projects.${name}`;
  const sentences = [...findFaults(SETTINGS_SCHEMA, settings, base)];
  const locate = () => ({ faults: sentences.map((each) => locateFault(each, base, settings)) });
  if (sentences.length > 0) return locate();
  const section = settings as ProjectSection; // the schema has just said so
  const report = (sentence: string) => void sentences.push(sentence);
  const [project] = await readProjects(
    { ...installation, projects: { [name]: section } },
    async () => undefined,
    // Files are the machine's owner's business: here secrets are written down, and sealed.
    {
      secretOf: async (_place, _name, inline) => (inline === undefined ? undefined : new Secret(inline)),
      bytesOf: async () => undefined,
    },
    report,
  );
  return sentences.length > 0 || project === undefined ? locate() : { project: deepFreeze(project) };
}

/**
 * Every setting but those that change no answer: how the project is called from outside, unless its origins are told that, and with
 * which key.
 */
export function hashSettings({ apiKey: _key, hosts, ...answering }: Project): string {
  const isTold = answering.origins?.headers.some(({ value }) => templatesOf(value.reveal()).host);
  return hash("sha256", JSON.stringify(isTold ? { ...answering, hosts } : answering, sortKeys));
}

/** What is kept of a project's settings, so that the next start notices what has changed since. */
export const noteOf = (project: Project): string => [hashSettings(project), ...project.hosts].join(" ");

/** Whether answers from before the change may still be kept somewhere: other settings, or a host that is no longer the project's. */
export function isForgotten(note: string, project: Project): boolean {
  const [before, ...hosts] = note.split(" ");
  return before !== hashSettings(project) || hosts.some((host) => !project.hosts.includes(host));
}

/** The order in which a person writes settings down changes nothing; another secret may change what an origin answers. */
function sortKeys(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const written = this[key];
  if (written instanceof Secret) return written.fingerprint;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFreeze(each);
  }
  return value;
}
