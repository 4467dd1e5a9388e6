/** What a key allows, each with everything before it: to look, to invalidate and announce, to change settings and keys. */
export const RIGHTS = ["read", "write", "admin"] as const;
export type Right = (typeof RIGHTS)[number];

/** Whether who has `held` may do what needs `needed`. */
export function includesRight(held: Right, needed: Right): boolean {
  return RIGHTS.indexOf(held) >= RIGHTS.indexOf(needed);
}

/**
 * What an address needs. `of` says which project it is about: the one in its path ("path"), that of the key or, for a key of the
 * installation, the one in its query ("key"), none of them ("installation"), or whatever the key may see ("visible").
 */
export type Access =
  | "public"
  | { readonly right: Right; readonly of: "path" | "key" | "installation" | "visible" };

/** Who sends a request. */
export interface Principal {
  /** As logs call it, e.g. "key 5f0c21d9e3a1 (deploy)". */
  readonly label: string;
  /** Undefined for the whole installation. */
  readonly project: string | undefined;
  readonly right: Right;
}

/** Whether the principal has the right in this project; undefined asks for the whole installation. */
export function mayDo(principal: Principal, needed: Right, project: string | undefined): boolean {
  if (!includesRight(principal.right, needed)) return false;
  return principal.project === undefined || principal.project === project;
}
