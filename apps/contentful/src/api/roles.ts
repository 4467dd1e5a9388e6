import { ApiError } from "../errors.ts";
import { sentence } from "../sentence.ts";
import { type ContentfulSpace, placeIn } from "../space.ts";

const REMEMBERED_MS = 60_000;
const MOST = 1_000;

/** Who administers a space: a signed call proves who asks, not what he may do. */
export interface Roles {
  isAdmin(space: ContentfulSpace, user: string): Promise<boolean>;
  /** @throws ApiError ROLE_MISSING, or ROLE_UNKNOWN where nobody could say. */
  needAdmin(space: ContentfulSpace, user: string): Promise<void>;
}

export function createRoles(options: {
  /** Users of the configuration, by space. */
  readonly admins: ReadonlyMap<string, readonly string[]>;
  readonly now: () => number;
}): Roles {
  const { now } = options;
  const known = new Map<string, { readonly isAdmin: boolean; readonly until: number }>();

  const ask = async (space: ContentfulSpace, user: string): Promise<boolean> => {
    if (options.admins.get(space.id)?.includes(user)) return true;
    const key = `${space.id} ${user}`;
    const remembered = known.get(key);
    if (remembered !== undefined && remembered.until > now()) return remembered.isAdmin;
    if (space.cma === undefined) throw new ApiError("ROLE_UNKNOWN");
    const isAdmin = await space.cma
      .isAdmin(placeIn(space, space.environment), user)
      .catch((thrown: unknown) => {
        throw new ApiError("ROLE_UNKNOWN", sentence(thrown));
      });
    if (known.size >= MOST) known.clear();
    known.set(key, { isAdmin: isAdmin === true, until: now() + REMEMBERED_MS });
    return isAdmin === true;
  };
  return {
    isAdmin: (space, user) => ask(space, user).catch(() => false),
    async needAdmin(space, user) {
      if (!(await ask(space, user))) throw new ApiError("ROLE_MISSING");
    },
  };
}
