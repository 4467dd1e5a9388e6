import { hash } from "node:crypto";
import type { User } from "./user.ts";

/** The ETag of a user: another one as soon as anything is other that somebody may change. */
export function tagOfUser({ id, email, name, rights, rights_from }: User): string {
  const projects = [...rights.projects].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const shown = JSON.stringify([id, email, name, rights.installation ?? null, projects, rights_from]);
  return `"${hash("sha256", shown).slice(0, 32)}"`;
}
