import type { SessionRow } from "./migrations.ts";
import type { Right, Rights } from "./right.ts";
import { passwordOf, type User } from "./user.ts";

/** Rights as the API writes them. */
export interface RightsBody {
  readonly installation?: Right;
  readonly projects?: Readonly<Record<string, Right>>;
}

const iso = (at: number) => new Date(at).toISOString();

export function readRights({ installation, projects = {} }: RightsBody): Rights {
  return { installation, projects: new Map(Object.entries(projects)) };
}

function viewRights({ installation, projects }: Rights): RightsBody {
  return { ...(installation && { installation }), projects: Object.fromEntries([...projects].toSorted()) };
}

export function viewMe(user: User, session: SessionRow): object {
  const { id, email, name, rights } = user;
  return {
    ...{ id, email, name, rights: viewRights(rights), has_password: passwordOf(user) !== null },
    ...{ session: session.id, expires_at: iso(session.expires_at) },
  };
}

export function viewUser(user: User & { readonly invited_until?: number | null }): object {
  const { id, email, name, rights, rights_from, created_at, created_by, signed_in_at } = user;
  const { invited_until = null } = user;
  return {
    ...{ id, email, name, rights: viewRights(rights), rights_from, has_password: passwordOf(user) !== null },
    ...{ created_at: iso(created_at), created_by },
    ...(signed_in_at === null ? {} : { signed_in_at: iso(signed_in_at) }),
    ...(invited_until === null ? {} : { invited_until: iso(invited_until) }),
  };
}

export function viewSessions(sessions: readonly SessionRow[], current: string | undefined): object {
  return {
    sessions: sessions.map(({ id, method, address, agent, created_at, seen_at, expires_at }) => ({
      ...{ id, is_current: id === current, method, address, agent },
      ...{ created_at: iso(created_at), seen_at: iso(seen_at), expires_at: iso(expires_at) },
    })),
  };
}
