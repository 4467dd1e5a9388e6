import { type Store, sql } from "@freshet/store";
import { isRecord } from "./json.ts";
import { type Policy, readPolicy, USUAL_POLICY } from "./policy.ts";
import type { SealedBox } from "./sealed-box.ts";

/** What was set from within Contentful, and is shown to nobody again. */
export interface SpaceSecrets {
  /** Key of the project's REST API. */
  readonly apiKey?: string;
  /** Signing secrets of the space's webhooks, newest first: two while they are exchanged. */
  readonly webhook?: readonly string[];
}

/** What editors have set for a space. */
export interface SpaceSettings {
  readonly policy: Policy;
  readonly secrets: SpaceSecrets;
  /** The app was taken out of the space: nothing is followed. */
  readonly isOff: boolean;
}

export interface Spaces {
  get(space: string): Promise<SpaceSettings>;
  set(space: string, change: Partial<SpaceSettings>): Promise<SpaceSettings>;
}

/** Settings of spaces, secrets sealed. */
export function createSpaces({ db }: Store, box: SealedBox, now: () => number): Spaces {
  const get = async (space: string): Promise<SpaceSettings> => {
    const { rows } = await sql<{ policy: string | null; secrets: string | null; is_off: number }>`
      select policy, secrets, is_off from contentful_space where space = ${space}`.execute(db);
    const [row] = rows;
    const policy = readPolicy(row?.policy ? JSON.parse(row.policy) : {});
    const opened = row?.secrets ? box.open(row.secrets, `space ${space}`) : undefined;
    const secrets: unknown = opened === undefined ? {} : JSON.parse(opened);
    return {
      policy: typeof policy === "string" ? USUAL_POLICY : policy,
      secrets: isRecord(secrets) ? (secrets as SpaceSecrets) : {},
      isOff: row?.is_off === 1,
    };
  };
  return {
    get,
    async set(space, change) {
      const next = { ...(await get(space)), ...change };
      const sealed = box.seal(JSON.stringify(next.secrets), `space ${space}`);
      const isOff = next.isOff ? 1 : 0;
      await sql`insert into contentful_space (space, policy, secrets, is_off, updated_at)
        values (${space}, ${JSON.stringify(next.policy)}, ${sealed}, ${isOff}, ${now()})
        on conflict (space) do update set policy = excluded.policy, secrets = excluded.secrets,
          is_off = excluded.is_off, updated_at = excluded.updated_at`.execute(db);
      return next;
    },
  };
}
