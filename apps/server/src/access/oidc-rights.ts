import type { OidcConfig } from "../config/console.ts";
import { includesRight, type Right, type Rights } from "./right.ts";

/** What a provider says of a user. */
export type Claims = Readonly<Record<string, unknown>>;

/** What the claims of a user are worth; of several that fit, each project gets the highest right. */
export function rightsOfClaims(claims: Claims, mapping: OidcConfig["rights"]): Rights {
  let installation: Right | undefined;
  const projects = new Map<string, Right>();
  for (const entry of mapping) {
    if (!textsAt(claims, entry.claim).includes(entry.value)) continue;
    installation = higherOf(installation, entry.installation);
    for (const [project, right] of Object.entries(entry.projects ?? {})) {
      const higher = higherOf(projects.get(project), right);
      if (higher !== undefined) projects.set(project, higher);
    }
  }
  return { installation, projects };
}

export const isEmpty = ({ installation, projects }: Rights) =>
  installation === undefined && projects.size === 0;

function higherOf(one: Right | undefined, other: Right | undefined): Right | undefined {
  return one === undefined || (other !== undefined && includesRight(other, one)) ? other : one;
}

/** The texts of a claim, or of a path through objects: some providers nest what others list. */
function textsAt(claims: Claims, name: string): readonly string[] {
  const found = own(claims, name) ?? name.split(".").reduce<unknown>(own, claims);
  return [found].flat().filter((each) => typeof each === "string");
}

function own(value: unknown, key: string): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
