import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { call } from "./call.ts";
import { SESSION } from "./client.ts";
import type { ApiError } from "./error.ts";

/** What somebody may do, each with everything before it. */
export const RIGHTS = ["read", "write", "admin"] as const;
export type Right = (typeof RIGHTS)[number];

/** Rights of a user: in the whole installation, or project by project. */
export interface Rights {
  readonly installation?: Right;
  readonly projects?: Readonly<Record<string, Right>>;
}

export interface SignedIn {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly rights: Rights;
  readonly has_password: boolean;
  readonly expires_at?: string;
}

/** `GET /access/session` */
export interface Session {
  /** There is no user yet: the first one is made on the page of the setup. */
  readonly setup_needed: boolean;
  /** Somebody else's sign-in that may be used, by its name. */
  readonly oidc?: { readonly name: string };
  readonly user?: SignedIn;
}

/** Asked again whenever the page is looked at again: a session may have ended meanwhile. */
export function useSession(): UseQueryResult<Session, ApiError> {
  return useQuery<Session, ApiError>({
    queryKey: [SESSION],
    queryFn: ({ signal }) => call("GET", SESSION, { signal }),
    staleTime: 30_000,
  });
}

/** Who looks; undefined before the sign-in. */
export const useUser = (): SignedIn | undefined => useSession().data?.user;

/** Whether the rights include this one in a project; without a project, in the whole installation. */
export function mayDo(rights: Rights | undefined, needed: Right, project?: string): boolean {
  const held = [
    rights?.installation,
    project !== undefined && rights?.projects !== undefined && Object.hasOwn(rights.projects, project)
      ? rights.projects[project]
      : undefined,
  ];
  return held.some((each) => each !== undefined && RIGHTS.indexOf(each) >= RIGHTS.indexOf(needed));
}

/** Whether whoever looks may do this; for buttons that would only be refused. */
export const useMay = (needed: Right, project?: string): boolean => mayDo(useUser()?.rights, needed, project);
