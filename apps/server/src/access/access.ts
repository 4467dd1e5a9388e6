import type { Kysely, Store } from "@freshet/store";
import type { FastifyInstance } from "fastify";
import type { Config } from "../config.ts";
import type { SecretBox } from "../projects/sealed.ts";
import type { Reached } from "./cookies.ts";
import { createDevices } from "./devices.ts";
import { createKeys, type Keys } from "./keys.ts";
import { createOidc } from "./oidc.ts";
import { oidcRoutes } from "./oidc-routes.ts";
import { createOidcSignIn } from "./oidc-sign-in.ts";
import { createPasswordHashes } from "./password-hash.ts";
import { createRefusals } from "./refusals.ts";
import { keyRoutes } from "./routes.ts";
import { sessionRoutes } from "./session-routes.ts";
import { createSessions, type Sessions, type SessionTables } from "./sessions.ts";
import { createSetup } from "./setup.ts";
import { makeSharedRow, readDeviceKey } from "./shared-row.ts";
import { createSignIn } from "./sign-in.ts";
import { userRoutes } from "./user-routes.ts";
import { createUsers } from "./users.ts";

/** Keys, users and sessions, put together. */
export interface AccessParts {
  readonly keys: Keys;
  readonly sessions: Sessions;
  readonly reached: Reached;
  migrate(): Promise<void>;
  /** The one-time token that makes the first user; undefined where there is a user. */
  prepareSetup(): Promise<string | undefined>;
  routes(app: FastifyInstance): void;
}

export function createAccess(parts: {
  readonly store: Store;
  readonly config: Pick<Config, "console" | "dataFolder" | "projects">;
  /** Whether there is such a project, here or at another instance. */
  readonly isProject: (name: string) => Promise<boolean>;
  /** Seals what waits in a browser while somebody signs in elsewhere. */
  readonly box: SecretBox;
  readonly now: () => number;
}): AccessParts {
  const { store, config, box, now } = parts;
  const { url, idleSeconds, sessionSeconds, oidc: provider } = config.console;
  const db: Kysely<SessionTables> = store.db.$extendTables<SessionTables>();
  const reached = { url: url === undefined ? undefined : new URL(url) };
  const times = { idleMs: idleSeconds * 1_000, mostMs: sessionSeconds * 1_000 };
  const keys = createKeys(store, now, config.projects);
  const sessions = createSessions({ db, times, now });
  const users = createUsers({ db, fixed: config.projects, now });
  const setup = createSetup({ db, dataFolder: config.dataFolder, now });
  const devices = createDevices(() => readDeviceKey(db));
  const hashes = createPasswordHashes();
  const note = createRefusals(db, now);
  const signIn = createSignIn({ db, sessions, hashes, devices, setup, note, now });
  const oidc = provider && url !== undefined ? createOidc({ config: provider, url, box, now }) : undefined;
  const oidcSignIn = createOidcSignIn({ db, sessions, mapping: provider?.rights ?? [], note, now });
  return {
    keys,
    sessions,
    reached,
    async migrate() {
      await keys.migrate();
      await makeSharedRow(db);
    },
    prepareSetup: () => setup.prepare(),
    routes(app) {
      const shared = { sessions, devices, setup, reached, providerName: provider?.name, now };
      keyRoutes(app, { keys, now });
      sessionRoutes(app, { ...shared, signIn });
      oidcRoutes(app, { ...shared, signIn: oidcSignIn, oidc });
      userRoutes(app, { users, sessions, isProject: parts.isProject });
    },
  };
}
