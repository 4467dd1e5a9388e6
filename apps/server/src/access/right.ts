/** What a key or a user may do, each with everything before it: to look, to invalidate and announce, to change settings and keys. */
export const RIGHTS = ["read", "write", "admin"] as const;
export type Right = (typeof RIGHTS)[number];

/** Whether who has `held` may do what needs `needed`. */
export function includesRight(held: Right | undefined, needed: Right): boolean {
  return held !== undefined && RIGHTS.indexOf(held) >= RIGHTS.indexOf(needed);
}

/**
 * What an address needs. `of` says which project it is about: the one in its path ("path"), the one in its query or the only one that who
 * asks may see ("key"), none of them ("installation"), or whatever may be seen ("visible"). "user" is for whoever is signed in, and about
 * nobody else: keys have no business there.
 */
export type Access =
  | "public"
  | "user"
  | { readonly right: Right; readonly of: "path" | "key" | "installation" | "visible" };

/** Rights in the whole installation, which hold in each of its projects, and in single ones. */
export interface Rights {
  readonly installation: Right | undefined;
  readonly projects: ReadonlyMap<string, Right>;
}

/** Who sends a request. */
export interface Principal {
  /** As logs call it, e.g. "key 5f0c21d9e3a1 (deploy)" or "user 90ab12cd34ef (ada@shop.example)". */
  readonly label: string;
  readonly rights: Rights;
  /** Of who is signed in; undefined for keys. */
  readonly user?: { readonly id: string; readonly session: string };
}

/** What a key has: one right, in one project or (undefined) in the whole installation. */
export function rightsOfKey(project: string | undefined, right: Right): Rights {
  if (project === undefined) return { installation: right, projects: new Map() };
  return { installation: undefined, projects: new Map([[project, right]]) };
}

/** Whether the rights include this one in the project; undefined asks for the whole installation. */
export function mayDo(
  { installation, projects }: Rights,
  needed: Right,
  project: string | undefined,
): boolean {
  if (includesRight(installation, needed)) return true;
  return project !== undefined && includesRight(projects.get(project), needed);
}

/** In which projects the rights include this one, by name; undefined stands for all there are. */
export function projectsWith(
  { installation, projects }: Rights,
  needed: Right,
): readonly string[] | undefined {
  if (includesRight(installation, needed)) return undefined;
  return [...projects].flatMap(([name, right]) => (includesRight(right, needed) ? [name] : [])).toSorted();
}

/** The project that is meant where none is named: the only one that may be seen. */
export function onlyProjectOf({ installation, projects }: Rights): string | undefined {
  return installation === undefined && projects.size === 1 ? [...projects.keys()][0] : undefined;
}
